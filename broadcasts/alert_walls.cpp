#include "broadcasts/alert_walls.h"

namespace kairan::broadcasts {

bool may_be_ordered(const Alert& alert, const AlertDecision& decision) {
  return alert.status == AlertStatus::kReal && !decision.drill;
}

Status may_be_broadcast(const AlertOrder& order) {
  if (order.status != AlertStatus::kReal)
    return Error{ErrorCode::kRefused, "訓練・試験の電文から作られたものは、本番として送れません。"};
  if (order.by.empty() && order.release.empty())
    return Error{ErrorCode::kRefused, "二人で公開した規則によらないものは、自動では送れません。"};
  return {};
}

}  // namespace kairan::broadcasts
