// The desk's orders as broadcasts. Threads: any.
#pragma once

#include <string>

#include "broadcasts/alert_desk.h"
#include "broadcasts/service.h"

namespace kairan::broadcasts {

class AlertBroadcasts final : public AlertSink {
 public:
  /// @param service  outlives this
  explicit AlertBroadcasts(BroadcastService& service) : service_(service) {}
  Result<std::string> send(const AlertOrder& order) override;

 private:
  BroadcastService& service_;
};

/// The document of an order, as `kairan broadcast create` takes it.
std::string alert_document(const AlertOrder& order);

}  // namespace kairan::broadcasts
