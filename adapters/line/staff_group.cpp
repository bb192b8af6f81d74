#include "adapters/line/staff_group.h"

#include "adapters/line/messages.h"
#include "base/ids.h"
#include "base/text.h"

namespace kairan::adapters::line {
namespace {

constexpr std::chrono::milliseconds kPatience{10'000};

}  // namespace

Status StaffGroup::send(const gateway::StaffMessage& message) {
  const auto rendered =
      render_messages({text_message(shorten_utf16(message.subject + "\n" + message.text, kMaxTextUtf16))});
  if (!rendered) return rendered.error();
  // The key follows from the notice: a repeat after a broken connection reaches the group once.
  const SendResult sent = api_.push(group_, *rendered, derived_uuid("staff notice\n" + message.id), kPatience);
  switch (sent.outcome) {
    case Outcome::kAccepted: return {};
    case Outcome::kUnknown: return Error{ErrorCode::kTimeout, sent.detail};
    case Outcome::kRefused: return Error{ErrorCode::kRefused, sent.detail};
    default: return Error{ErrorCode::kUnavailable, sent.detail};
  }
}

}  // namespace kairan::adapters::line
