// A platform as broadcasts see it, in memory: keeps who got what how often and the retry keys it has taken, and fails as it
// is told. Requests are "RENDERED|address,address,...".
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "broadcasts/deliverer.h"

namespace kairan::test {

/// Threads: any.
class FakePlatform final : public broadcasts::Deliverer {
 public:
  /// What a try does: the answer, and whether the platform takes it all the same.
  struct Answer {
    SendResult result;
    bool takes = true;
  };
  using Script = std::function<Answer(std::size_t call, const std::vector<std::string>& addresses)>;

  explicit FakePlatform(bool residents = true, std::size_t batch = 5) : residents_(residents), batch_(batch) {}

  std::string_view channel() const override { return residents_ ? "fake" : "practice"; }
  bool reaches_residents() const override { return residents_; }
  broadcasts::DeliveryLimits limits() const override { return {batch_, 0}; }
  ChannelLimits message_limits() const override { return {}; }
  bool can_reach(std::string_view address) const override { return !address.empty(); }
  Result<std::string> render(const std::vector<Message>&) const override { return std::string("x"); }
  Result<std::string> compose(const std::vector<std::string>& addresses, std::string_view rendered,
                              std::string_view) const override {
    std::string request(rendered);
    for (const std::string& address : addresses) request += (&address == &addresses.front() ? '|' : ',') + address;
    return request;
  }

  SendResult deliver(std::string_view request, std::string_view key, std::chrono::milliseconds) override {
    const std::size_t bar = request.find('|');
    std::vector<std::string> addresses;
    for (std::size_t at = bar + 1; at < request.size();) {
      const std::size_t end = std::min(request.find(',', at), request.size());
      addresses.emplace_back(request.substr(at, end - at));
      at = end + 1;
    }
    std::function<void()> before;
    {
      std::lock_guard lock(mutex_);
      before = before_;
    }
    if (before) before();
    std::lock_guard lock(mutex_);
    Answer answer{accepted(), true};
    if (script_) answer = script_(calls_, addresses);
    ++calls_;
    const std::string named(key);
    const auto known = taken_.find(named);
    if (known != taken_.end()) {
      if (known->second != request) ++changed_bytes_;
      if (answer.result.outcome != Outcome::kAccepted) return answer.result;
      SendResult again = accepted();
      again.status = 409;
      again.already_accepted = true;
      return again;
    }
    if (answer.takes) {
      taken_.emplace(named, request);
      order_.emplace_back(request.substr(0, bar));
      for (const std::string& address : addresses) got_[address].emplace_back(request.substr(0, bar));
    }
    return answer.result;
  }

  Status validate(std::string_view, std::chrono::milliseconds) override {
    std::lock_guard lock(mutex_);
    return valid_ ? Status() : Status(Error{ErrorCode::kInvalid, "messages[0]"});
  }
  Result<broadcasts::DeliveryQuota> quota(std::chrono::milliseconds) override {
    std::lock_guard lock(mutex_);
    return quota_;
  }

  static SendResult accepted() {
    SendResult result;
    result.outcome = Outcome::kAccepted;
    result.status = 200;
    return result;
  }
  static SendResult answer(Outcome outcome, int status) {
    SendResult result;
    result.outcome = outcome;
    result.status = status;
    return result;
  }

  void set_script(Script script) {
    std::lock_guard lock(mutex_);
    script_ = std::move(script);
  }
  void set_before(std::function<void()> before) {
    std::lock_guard lock(mutex_);
    before_ = std::move(before);
  }
  void set_valid(bool valid) {
    std::lock_guard lock(mutex_);
    valid_ = valid;
  }
  void set_quota(broadcasts::DeliveryQuota quota) {
    std::lock_guard lock(mutex_);
    quota_ = quota;
  }
  /// Address → what it got, in order.
  std::map<std::string, std::vector<std::string>> got() const {
    std::lock_guard lock(mutex_);
    return got_;
  }
  std::vector<std::string> order() const {
    std::lock_guard lock(mutex_);
    return order_;
  }
  std::size_t calls() const {
    std::lock_guard lock(mutex_);
    return calls_;
  }
  std::size_t changed_bytes() const {
    std::lock_guard lock(mutex_);
    return changed_bytes_;
  }

 private:
  const bool residents_;
  const std::size_t batch_;
  mutable std::mutex mutex_;
  Script script_;                                          // guarded by mutex_
  std::function<void()> before_;                           // guarded by mutex_
  bool valid_ = true;                                      // guarded by mutex_
  broadcasts::DeliveryQuota quota_;                        // guarded by mutex_
  std::map<std::string, std::string> taken_;               // guarded by mutex_; key → bytes
  std::map<std::string, std::vector<std::string>> got_;    // guarded by mutex_
  std::vector<std::string> order_;                         // guarded by mutex_
  std::size_t calls_ = 0, changed_bytes_ = 0;              // guarded by mutex_
};

}  // namespace kairan::test
