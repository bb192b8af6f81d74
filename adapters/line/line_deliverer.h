// Broadcasts over LINE: multicast, 500 ids a request. The send-to-all endpoint is never used.
// Threads: any.
#pragma once

#include "adapters/line/api_client.h"
#include "broadcasts/deliverer.h"

namespace kairan::adapters::line {

class LineDeliverer final : public broadcasts::Deliverer {
 public:
  /// @param api  outlives this
  explicit LineDeliverer(ApiClient& api) : api_(api) {}

  std::string_view channel() const override { return "line"; }
  bool reaches_residents() const override { return true; }
  broadcasts::DeliveryLimits limits() const override;
  ChannelLimits message_limits() const override;
  /// A user's id: groups and rooms are no recipients of multicasts.
  bool can_reach(std::string_view address) const override;
  Result<std::string> render(const std::vector<Message>& messages) const override;
  Result<std::string> render_as(const std::vector<Message>& messages, Display display) const override;
  Result<std::string> compose(const std::vector<std::string>& addresses, std::string_view rendered,
                              std::string_view unit) const override;
  SendResult deliver(std::string_view request, std::string_view retry_key, std::chrono::milliseconds timeout) override;
  Status validate(std::string_view rendered, std::chrono::milliseconds timeout) override;
  Result<broadcasts::DeliveryQuota> quota(std::chrono::milliseconds timeout) override;

 private:
  ApiClient& api_;
};

}  // namespace kairan::adapters::line
