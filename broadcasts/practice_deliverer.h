// The way out of practice broadcasts (練習): renders and counts like the real channel and reaches nobody. It has no token, no
// address of a platform and no network; there is nothing in it that could be switched on.
// Threads: any.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <vector>

#include "broadcasts/deliverer.h"
#include "broadcasts/document.h"

namespace kairan::broadcasts {

class PracticeDeliverer final : public Deliverer {
 public:
  using Render = std::function<Result<std::string>(const std::vector<Message>&, Display)>;
  /// @param render  the real channel's rendering alone, so that practice shows the same limits
  PracticeDeliverer(DeliveryLimits limits, ChannelLimits message_limits, Render render)
      : limits_(limits), message_limits_(message_limits), render_(std::move(render)) {}

  std::string_view channel() const override { return "practice"; }
  bool reaches_residents() const override { return false; }
  DeliveryLimits limits() const override { return limits_; }
  ChannelLimits message_limits() const override { return message_limits_; }
  bool can_reach(std::string_view) const override { return true; }
  Result<std::string> render(const std::vector<Message>& messages) const override {
    return render_(messages, Display::kStandard);
  }
  Result<std::string> render_as(const std::vector<Message>& messages, Display display) const override {
    return render_(messages, display);
  }
  /// Names no address: what is stored of a practice holds nobody.
  Result<std::string> compose(const std::vector<std::string>& addresses, std::string_view rendered,
                              std::string_view unit) const override;
  SendResult deliver(std::string_view request, std::string_view retry_key, std::chrono::milliseconds timeout) override;
  Status validate(std::string_view rendered, std::chrono::milliseconds timeout) override;
  Result<DeliveryQuota> quota(std::chrono::milliseconds timeout) override;

  /// Requests that went nowhere so far.
  std::uint64_t swallowed() const { return swallowed_; }

 private:
  const DeliveryLimits limits_;
  const ChannelLimits message_limits_;
  const Render render_;
  std::atomic<std::uint64_t> swallowed_{0};
};

/// The wall of types: a practice leaves only through what reaches nobody, everything else only through what reaches
/// residents. kRefused with the reason for staff.
Status may_leave_through(Kind kind, const Deliverer& deliverer);

}  // namespace kairan::broadcasts
