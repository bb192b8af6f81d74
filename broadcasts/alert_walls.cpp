#include "broadcasts/alert_walls.h"

#include "base/staff_text.h"

namespace kairan::broadcasts {

bool may_be_ordered(const Alert& alert, const AlertDecision& decision) {
  return alert.status == AlertStatus::kReal && !decision.drill;
}

Status may_be_broadcast(const AlertOrder& order) {
  if (order.status != AlertStatus::kReal)
    return staff_error(ErrorCode::kRefused, {"訓練・試験の電文から作られたものは、本番として送れません。",
                                             "What a drill or test message led to cannot be sent as live."});
  if (order.by.empty() && order.release.empty())
    return staff_error(ErrorCode::kRefused, {"二人で公開した規則によらないものは、自動では送れません。",
                                             "What no rules published by two people decided cannot leave by itself."});
  return {};
}

}  // namespace kairan::broadcasts
