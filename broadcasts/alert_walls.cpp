#include "broadcasts/alert_walls.h"

namespace kairan::broadcasts {

bool may_be_ordered(const Alert& alert, const AlertDecision& decision) {
  return alert.status == AlertStatus::kReal && !decision.drill;
}

Status may_be_broadcast(const AlertOrder& order) {
  if (order.status == AlertStatus::kReal) return {};
  return Error{ErrorCode::kRefused, "訓練・試験の電文から作られたものは、本番として送れません。"};
}

}  // namespace kairan::broadcasts
