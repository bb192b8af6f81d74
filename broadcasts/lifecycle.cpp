#include "broadcasts/lifecycle.h"

#include <algorithm>
#include <array>

#include "base/staff_text.h"

namespace kairan::broadcasts {
namespace {

using store::Role;
using store::Roles;

struct StateWords {
  State state;
  std::string_view name, ja, en;
  bool final;
};
constexpr std::array<StateWords, kStateCount> kStates{{
    {State::kDraft, "draft", "下書き", "Draft", false},
    {State::kSubmitted, "submitted", "承認待ち", "Waiting for approval", false},
    {State::kReturned, "returned", "差し戻し", "Returned", false},
    {State::kRejected, "rejected", "却下", "Rejected", true},
    {State::kApproved, "approved", "承認済み", "Approved", false},
    {State::kScheduled, "scheduled", "予約済み", "Scheduled", false},
    {State::kHeld, "held", "保留中", "Held", false},
    {State::kFreezing, "freezing", "配信対象を確定中", "Fixing the audience", false},
    {State::kSending, "sending", "送信中", "Sending", false},
    {State::kPaused, "paused", "一時停止中", "Paused", false},
    {State::kSent, "sent", "送信済み", "Sent", true},
    {State::kSentWithUnknown, "sent_with_unknown", "送信済み（結果不明あり）", "Sent, some unknown", true},
    {State::kStopped, "stopped", "中止", "Stopped", true},
    {State::kCancelled, "cancelled", "取りやめ", "Cancelled", true},
    {State::kExpired, "expired", "期限切れ", "Expired", true},
    {State::kFailed, "failed", "失敗", "Failed", true},
}};

struct ActionWords {
  Action action;
  std::string_view name, ja, en;
};
constexpr std::array<ActionWords, kActionCount> kActions{{
    {Action::kEdit, "edit", "編集", "Edit"},
    {Action::kSubmit, "submit", "提出", "Submit"},
    {Action::kApprove, "approve", "承認", "Approve"},
    {Action::kReturn, "return", "差し戻し", "Return"},
    {Action::kReject, "reject", "却下", "Reject"},
    {Action::kSchedule, "schedule", "予約", "Schedule"},
    {Action::kSend, "send", "送信", "Send"},
    {Action::kSendFrame, "send_frame", "ひな形からの送信", "Send from a template"},
    {Action::kPause, "pause", "一時停止", "Pause"},
    {Action::kResume, "resume", "再開", "Resume"},
    {Action::kStop, "stop", "中止", "Stop"},
    {Action::kCorrect, "correct", "訂正", "Correct"},
    {Action::kWithdraw, "withdraw", "取消", "Withdraw"},
    {Action::kBegin, "begin", "開始", "Begin"},
    {Action::kHold, "hold", "保留", "Hold"},
    {Action::kFrozen, "frozen", "対象確定", "Audience fixed"},
    {Action::kHalt, "halt", "自動の一時停止", "Pause by itself"},
    {Action::kFinish, "finish", "完了", "Finish"},
    {Action::kFinishUnknown, "finish_unknown", "完了（結果不明あり）", "Finish, some unknown"},
    {Action::kFail, "fail", "失敗", "Fail"},
    {Action::kExpire, "expire", "期限切れ", "Expire"},
}};

/// Who may take an action of the table.
enum class Who : std::uint8_t {
  kWriters,      ///< authors of the section; emergency officers
  kReviewers,    ///< approvers in charge who wrote no part of it
  kSenders,      ///< authors and approvers of the section; emergency officers
  kReleasers,    ///< approvers in charge who wrote no part of it; emergency officers
  kStoppers,     ///< senders, approvers of any section, and operators
  kFrameUsers,   ///< emergency officers and the system, with what was published by two people
  kCorrectors,   ///< senders: the stop is theirs alone, what goes out instead has rules of its own
  kSystem,
};

struct Row {
  State from;
  Action action;
  State to;
  Who who;
};

constexpr std::array kTable{
    Row{State::kDraft, Action::kEdit, State::kDraft, Who::kWriters},
    Row{State::kDraft, Action::kSubmit, State::kSubmitted, Who::kWriters},
    Row{State::kDraft, Action::kSendFrame, State::kScheduled, Who::kFrameUsers},
    Row{State::kDraft, Action::kStop, State::kCancelled, Who::kStoppers},

    Row{State::kSubmitted, Action::kEdit, State::kDraft, Who::kWriters},
    Row{State::kSubmitted, Action::kApprove, State::kApproved, Who::kReviewers},
    Row{State::kSubmitted, Action::kReturn, State::kReturned, Who::kReviewers},
    Row{State::kSubmitted, Action::kReject, State::kRejected, Who::kReviewers},
    Row{State::kSubmitted, Action::kStop, State::kCancelled, Who::kStoppers},

    Row{State::kReturned, Action::kEdit, State::kDraft, Who::kWriters},
    Row{State::kReturned, Action::kSubmit, State::kSubmitted, Who::kWriters},
    Row{State::kReturned, Action::kStop, State::kCancelled, Who::kStoppers},

    Row{State::kApproved, Action::kEdit, State::kDraft, Who::kWriters},
    Row{State::kApproved, Action::kReturn, State::kReturned, Who::kReviewers},
    Row{State::kApproved, Action::kSchedule, State::kScheduled, Who::kSenders},
    Row{State::kApproved, Action::kSend, State::kScheduled, Who::kSenders},
    Row{State::kApproved, Action::kStop, State::kCancelled, Who::kStoppers},
    Row{State::kApproved, Action::kExpire, State::kExpired, Who::kSystem},
    Row{State::kApproved, Action::kHold, State::kHeld, Who::kSystem},

    Row{State::kScheduled, Action::kEdit, State::kDraft, Who::kWriters},
    Row{State::kScheduled, Action::kReturn, State::kReturned, Who::kReviewers},
    Row{State::kScheduled, Action::kSchedule, State::kScheduled, Who::kSenders},
    Row{State::kScheduled, Action::kSend, State::kScheduled, Who::kSenders},
    Row{State::kScheduled, Action::kStop, State::kCancelled, Who::kStoppers},
    Row{State::kScheduled, Action::kBegin, State::kFreezing, Who::kSystem},
    Row{State::kScheduled, Action::kHold, State::kHeld, Who::kSystem},
    Row{State::kScheduled, Action::kFail, State::kFailed, Who::kSystem},
    Row{State::kScheduled, Action::kExpire, State::kExpired, Who::kSystem},

    Row{State::kHeld, Action::kResume, State::kScheduled, Who::kReleasers},
    Row{State::kHeld, Action::kStop, State::kStopped, Who::kStoppers},
    Row{State::kHeld, Action::kCorrect, State::kStopped, Who::kCorrectors},
    Row{State::kHeld, Action::kWithdraw, State::kStopped, Who::kCorrectors},
    Row{State::kHeld, Action::kExpire, State::kExpired, Who::kSystem},
    Row{State::kHeld, Action::kFail, State::kFailed, Who::kSystem},

    Row{State::kFreezing, Action::kStop, State::kStopped, Who::kStoppers},
    Row{State::kFreezing, Action::kCorrect, State::kStopped, Who::kCorrectors},
    Row{State::kFreezing, Action::kWithdraw, State::kStopped, Who::kCorrectors},
    Row{State::kFreezing, Action::kFrozen, State::kSending, Who::kSystem},
    Row{State::kFreezing, Action::kHold, State::kHeld, Who::kSystem},
    Row{State::kFreezing, Action::kFail, State::kFailed, Who::kSystem},
    Row{State::kFreezing, Action::kExpire, State::kExpired, Who::kSystem},

    Row{State::kSending, Action::kPause, State::kPaused, Who::kStoppers},
    Row{State::kSending, Action::kStop, State::kStopped, Who::kStoppers},
    Row{State::kSending, Action::kCorrect, State::kStopped, Who::kCorrectors},
    Row{State::kSending, Action::kWithdraw, State::kStopped, Who::kCorrectors},
    Row{State::kSending, Action::kHalt, State::kPaused, Who::kSystem},
    Row{State::kSending, Action::kHold, State::kHeld, Who::kSystem},
    Row{State::kSending, Action::kFinish, State::kSent, Who::kSystem},
    Row{State::kSending, Action::kFinishUnknown, State::kSentWithUnknown, Who::kSystem},
    Row{State::kSending, Action::kFail, State::kFailed, Who::kSystem},
    Row{State::kSending, Action::kExpire, State::kExpired, Who::kSystem},

    Row{State::kPaused, Action::kResume, State::kSending, Who::kSenders},
    Row{State::kPaused, Action::kStop, State::kStopped, Who::kStoppers},
    Row{State::kPaused, Action::kCorrect, State::kStopped, Who::kCorrectors},
    Row{State::kPaused, Action::kWithdraw, State::kStopped, Who::kCorrectors},
    Row{State::kPaused, Action::kHold, State::kHeld, Who::kSystem},
    Row{State::kPaused, Action::kFail, State::kFailed, Who::kSystem},
    Row{State::kPaused, Action::kExpire, State::kExpired, Who::kSystem},

    Row{State::kSent, Action::kCorrect, State::kSent, Who::kCorrectors},
    Row{State::kSent, Action::kWithdraw, State::kSent, Who::kCorrectors},
    Row{State::kSentWithUnknown, Action::kCorrect, State::kSentWithUnknown, Who::kCorrectors},
    Row{State::kSentWithUnknown, Action::kWithdraw, State::kSentWithUnknown, Who::kCorrectors},
    Row{State::kStopped, Action::kCorrect, State::kStopped, Who::kCorrectors},
    Row{State::kStopped, Action::kWithdraw, State::kStopped, Who::kCorrectors},
    Row{State::kExpired, Action::kCorrect, State::kExpired, Who::kCorrectors},
    Row{State::kExpired, Action::kWithdraw, State::kExpired, Who::kCorrectors},
    Row{State::kFailed, Action::kCorrect, State::kFailed, Who::kCorrectors},
    Row{State::kFailed, Action::kWithdraw, State::kFailed, Who::kCorrectors},
};

const Row* row_for(State from, Action action) {
  const auto row = std::find_if(kTable.begin(), kTable.end(),
                                [&](const Row& r) { return r.from == from && r.action == action; });
  return row == kTable.end() ? nullptr : &*row;
}

bool in_charge(const Standing& actor) {
  return actor.same_section || actor.all_sections || actor.roles.has(Role::kEmergencyOfficer);
}

bool is_sender(const Standing& actor) {
  return actor.roles.has(Role::kEmergencyOfficer) ||
         (actor.roles.has_any({Role::kAuthor, Role::kApprover}) && (actor.same_section || actor.all_sections));
}

/// Why somebody may not, in both languages; none when they may.
struct RefusalWords {
  std::string_view ja = {}, en = {};
};

constexpr RefusalWords kOtherSection{
    "ほかの課の配信です。その課か広報の承認者に頼んでください。",
    "It is another section's. Ask an approver of that section or of public relations."};

RefusalWords writer_refusal(const Standing& actor) {
  if (actor.roles.has(Role::kEmergencyOfficer)) return {};
  if (!actor.roles.has(Role::kAuthor)) {
    return {"「作成者」の権限がありません。権限のある方に頼んでください。",
            "You are not an author. Ask somebody who is."};
  }
  if (!actor.same_section && !actor.all_sections) {
    return {"ほかの課の配信です。その課の作成者に頼んでください。",
            "It is another section's. Ask an author of that section."};
  }
  return {};
}

RefusalWords reviewer_refusal(const Standing& actor) {
  if (!actor.roles.has(Role::kApprover)) {
    return {"「承認者」の権限がありません。承認者に頼んでください。", "You are not an approver. Ask one."};
  }
  if (actor.wrote_it) {
    return {"自分が書いた配信は、自分では承認・差し戻し・却下できません。別の承認者に頼んでください。",
            "You cannot approve, return or reject what you wrote. Ask another approver."};
  }
  return in_charge(actor) ? RefusalWords() : kOtherSection;
}

RefusalWords releaser_refusal(const Standing& actor) {
  if (actor.roles.has(Role::kEmergencyOfficer)) return {};
  if (!actor.roles.has(Role::kApprover)) {
    return {"保留中の配信を進めるには「承認者」の権限が必要です。承認者に頼んでください。",
            "Letting a held notice go on needs the role of approver. Ask one."};
  }
  if (actor.wrote_it) {
    return {"自分が書いた配信の保留は、自分では解けません。別の承認者に頼んでください。",
            "You cannot let go on what you wrote. Ask another approver."};
  }
  return in_charge(actor) ? RefusalWords() : kOtherSection;
}

RefusalWords sender_refusal(const Standing& actor) {
  if (is_sender(actor)) return {};
  if (!actor.roles.has_any({Role::kAuthor, Role::kApprover})) {
    return {"「作成者」「承認者」「緊急配信担当」のどの権限もありません。",
            "You are neither an author nor an approver nor an emergency officer."};
  }
  return {"ほかの課の配信です。その課か広報の方に頼んでください。",
          "It is another section's. Ask somebody of that section or of public relations."};
}

RefusalWords stopper_refusal(const Standing& actor) {
  if (is_sender(actor) || actor.roles.has_any({Role::kApprover, Role::kOperator})) return {};
  if (actor.roles.has(Role::kAuthor)) {
    return {"ほかの課の配信です。その課の方か運用担当に頼んでください。",
            "It is another section's. Ask somebody of that section, or the operator."};
  }
  return {"配信を止める権限がありません。作成者・承認者・運用担当に頼んでください。",
          "Your roles do not include stopping it. Ask an author, an approver or the operator."};
}

RefusalWords frame_user_refusal(const Standing& actor) {
  if (!actor.roles.has(Role::kEmergencyOfficer)) {
    return {"「緊急配信担当」の権限がありません。通常の配信として提出し、承認を受けてください。",
            "You are not an emergency officer. Submit it as an ordinary notice for approval."};
  }
  if (!actor.from_frame) {
    return {"公開されたひな形と内容が一致しません。ひな形の欄だけを埋めるか、提出して承認を受けてください。",
            "It is not as the published template. Fill in its fields only, or submit it for approval."};
  }
  return {};
}

/// Why this actor may not; no words when they may.
RefusalWords refusal(Who who, const Standing& actor) {
  if (who == Who::kSystem) {
    if (actor.system) return {};
    return {"この操作は人ではなく、システムが行います。", "The system does this, not a person."};
  }
  // alerts.yaml is published by two people beforehand, as a frame is.
  if (actor.system) {
    if ((who == Who::kFrameUsers || who == Who::kCorrectors) && actor.from_frame) return {};
    return {"この操作は人が行います。", "A person does this."};
  }
  switch (who) {
    case Who::kWriters:
      return writer_refusal(actor);
    case Who::kReviewers:
      return reviewer_refusal(actor);
    case Who::kReleasers:
      return releaser_refusal(actor);
    case Who::kSenders:
    case Who::kCorrectors:
      return sender_refusal(actor);
    case Who::kStoppers:
      return stopper_refusal(actor);
    case Who::kFrameUsers:
      return frame_user_refusal(actor);
    case Who::kSystem: break;
  }
  return {"この操作はできません。", "This is not possible."};
}

StaffText state_refusal(State from, Action action) {
  StaffText reason{
      "「" + std::string(state_ja(from)) + "」の配信には「" + std::string(action_ja(action)) + "」ができません。",
      "“" + std::string(action_en(action)) + "” is not possible while it is “" + std::string(state_en(from)) + "”."};
  if (action == Action::kApprove && from == State::kApproved)
    reason += {"すでに承認されています。", " It is approved already."};
  if (action == Action::kApprove && (from == State::kDraft || from == State::kReturned)) {
    reason += {"先に提出してください。", " Submit it first."};
  }
  if ((action == Action::kSend || action == Action::kSchedule) &&
      (from == State::kDraft || from == State::kSubmitted || from == State::kReturned)) {
    reason += {"先に承認を受けてください。", " Have it approved first."};
  }
  if ((action == Action::kCorrect || action == Action::kWithdraw) && !is_final(from)) {
    reason += {"まだ送られていません。「中止」（stop）を使ってください。", " It has not been sent. Stop it instead."};
  }
  if (action == Action::kEdit && is_final(from)) {
    reason += {"写しを作って直してください。", " Make a copy and change that."};
  }
  return reason;
}

}  // namespace

std::string_view state_name(State state) { return kStates[static_cast<std::size_t>(state)].name; }
std::string_view state_ja(State state) { return kStates[static_cast<std::size_t>(state)].ja; }
std::string_view state_en(State state) {
  return kStates[static_cast<std::size_t>(state)].en;
}
bool is_final(State state) { return kStates[static_cast<std::size_t>(state)].final; }
std::optional<State> parse_state(std::string_view name) {
  for (const StateWords& words : kStates) {
    if (words.name == name) return words.state;
  }
  return std::nullopt;
}

std::string_view action_name(Action action) { return kActions[static_cast<std::size_t>(action)].name; }
std::string_view action_ja(Action action) { return kActions[static_cast<std::size_t>(action)].ja; }
std::string_view action_en(Action action) {
  return kActions[static_cast<std::size_t>(action)].en;
}
std::optional<Action> parse_action(std::string_view name) {
  for (const ActionWords& words : kActions) {
    if (words.name == name) return words.action;
  }
  return std::nullopt;
}

Result<State> move(State from, Action action, const Standing& who) {
  const Row* const row = row_for(from, action);
  if (row == nullptr) return staff_error(ErrorCode::kConflict, state_refusal(from, action));
  if (const RefusalWords reason = refusal(row->who, who); !reason.ja.empty()) {
    return staff_error(ErrorCode::kRefused, {std::string(reason.ja), std::string(reason.en)});
  }
  return row->to;
}

std::vector<Action> possible(State from, const Standing& who) {
  std::vector<Action> actions;
  for (const Row& row : kTable) {
    if (row.from == from && refusal(row.who, who).ja.empty()) actions.push_back(row.action);
  }
  return actions;
}

}  // namespace kairan::broadcasts
