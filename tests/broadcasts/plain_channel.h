// A channel for tests of this room: renders messages as readable text, within LINE's numbers for texts and counts, and keeps
// what it was given to send.
#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "base/text.h"
#include "broadcasts/deliverer.h"
#include "broadcasts/wording.h"

namespace kairan::test {

class PlainChannel final : public broadcasts::Deliverer {
 public:
  std::string_view channel() const override { return "plain"; }
  bool reaches_residents() const override { return true; }
  broadcasts::DeliveryLimits limits() const override { return {}; }
  ChannelLimits message_limits() const override { return {}; }
  bool can_reach(std::string_view) const override { return true; }

  Result<std::string> render(const std::vector<Message>& messages) const override {
    return render_as(messages, Display::kStandard);
  }
  Result<std::string> render_as(const std::vector<Message>& messages, Display display) const override {
    for (std::size_t i = 0; i < messages.size(); ++i) {
      const std::size_t length = length_utf16(broadcasts::plain_text({messages[i]}));
      if (length > 5000) {
        return Error{ErrorCode::kTooLarge, "messages[" + std::to_string(i) + "].text: " + std::to_string(length) +
                                               " utf16 units, at most 5000"};
      }
    }
    std::string text = (display == Display::kLarge ? "LARGE " : "") + broadcasts::plain_text(messages);
    if (!show_quick_replies || messages.empty()) return text;
    for (const Action& action : messages.back().quick_replies) text += " [" + action.label + "|" + action.value + "]";
    return text;
  }
  Result<std::string> compose(const std::vector<std::string>& addresses, std::string_view rendered,
                              std::string_view) const override {
    std::string request;
    for (const std::string& address : addresses) request += address + " ";
    return request + "\n" + std::string(rendered);
  }
  SendResult deliver(std::string_view request, std::string_view, std::chrono::milliseconds) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    sent_.emplace_back(request);
    SendResult result;
    result.outcome = Outcome::kAccepted;
    return result;
  }
  Status validate(std::string_view, std::chrono::milliseconds) override { return {}; }
  Result<broadcasts::DeliveryQuota> quota(std::chrono::milliseconds) override { return quota_; }

  inline static bool show_quick_replies = false;
  void set_quota(broadcasts::DeliveryQuota quota) { quota_ = quota; }
  std::vector<std::string> sent() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return sent_;
  }

 private:
  broadcasts::DeliveryQuota quota_;
  mutable std::mutex mutex_;
  std::vector<std::string> sent_;
};

}  // namespace kairan::test
