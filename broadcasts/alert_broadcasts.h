// The desk's orders as broadcasts. Threads: any.
#pragma once

#include <string>

#include "broadcasts/alert_desk.h"
#include "broadcasts/service.h"

namespace kairan::broadcasts {

class AlertBroadcasts final : public AlertSink {
 public:
  /// Refuses what may not be sent (may_be_broadcast() of alert_walls.h).
  using Wall = Status (*)(const AlertOrder&);
  /// @param service  outlives this
  explicit AlertBroadcasts(BroadcastService& service);
  /// With another wall: for the tests, which take each one away.
  AlertBroadcasts(BroadcastService& service, Wall wall) : service_(service), wall_(wall) {}
  Result<std::string> send(const AlertOrder& order) override;

 private:
  BroadcastService& service_;
  const Wall wall_;
};

/// The document of an order, as `kairan broadcast create` takes it.
std::string alert_document(const AlertOrder& order);

}  // namespace kairan::broadcasts
