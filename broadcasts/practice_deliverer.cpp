#include "broadcasts/practice_deliverer.h"

namespace kairan::broadcasts {

Result<std::string> PracticeDeliverer::compose(const std::vector<std::string>& addresses, std::string_view rendered,
                                               std::string_view) const {
  return "practice " + std::to_string(addresses.size()) + "\n" + std::string(rendered);
}

SendResult PracticeDeliverer::deliver(std::string_view, std::string_view, std::chrono::milliseconds) {
  ++swallowed_;
  SendResult result;
  result.outcome = Outcome::kAccepted;
  result.status = 200;
  result.detail = "practice";
  return result;
}

Status PracticeDeliverer::validate(std::string_view, std::chrono::milliseconds) { return {}; }

Result<DeliveryQuota> PracticeDeliverer::quota(std::chrono::milliseconds) { return DeliveryQuota{}; }

Status may_leave_through(Kind kind, const Deliverer& deliverer) {
  if (kind == Kind::kPractice && deliverer.reaches_residents()) {
    return staff_error(ErrorCode::kRefused, {"練習の配信は、住民に届く経路では送れません。",
                                             "A practice cannot leave by a way that reaches residents."});
  }
  if (kind != Kind::kPractice && !deliverer.reaches_residents()) {
    return staff_error(ErrorCode::kRefused, {"本番と訓練の配信は、練習用の経路では送れません。",
                                             "Live notices and drills cannot leave by the way for practice."});
  }
  return {};
}

}  // namespace kairan::broadcasts
