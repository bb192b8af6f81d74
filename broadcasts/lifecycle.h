// The states a broadcast can be in, and the one table that says who may move it from which to which. A pure function of
// state, action and actor; any thread. Everything that changes a broadcast's state asks here first: the staff's service,
// the dispatcher (as the system), corrections.
//
//   draft → submitted → (returned | rejected) approved → scheduled → (held) freezing → sending (paused)
//         → sent | sent_with_unknown | stopped | cancelled | expired | failed
//
// Rules that the table carries
//   - Nobody who wrote any part of a broadcast approves, returns or rejects it, whatever roles they hold.
//   - Any change of what was approved returns it to draft.
//   - One person alone sends only what was published by two before: an emergency template or a correction frame;
//     so does the system with a released rule of alerts.yaml.
//   - Making less happen (pause, stop) is open to everyone who may make it happen, and to operators.
//   - What was held for a person (drift, missed time, restore) goes on only with an approver who did not write it, or
//     with an emergency officer.
//   - An approver approves for the own section; approvers of kPublicRelations and emergency officers with the approver
//     role approve for every section.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "store/actor.h"

namespace kairan::broadcasts {

enum class State : std::uint8_t {
  kDraft, kSubmitted, kReturned, kRejected, kApproved, kScheduled, kHeld, kFreezing, kSending, kPaused,
  kSent, kSentWithUnknown, kStopped, kCancelled, kExpired, kFailed,
};
inline constexpr std::size_t kStateCount = 16;

/// The name that is stored and shown by `status --json`: "draft", "sent_with_unknown".
std::string_view state_name(State state);
std::optional<State> parse_state(std::string_view name);
std::string_view state_ja(State state);  ///< what staff read: 「下書き」
std::string_view state_en(State state);  ///< the same in English: "Draft"
bool is_final(State state);              ///< nothing moves it any more (a correction refers to it)

enum class Action : std::uint8_t {
  // people
  kEdit, kSubmit, kApprove, kReturn, kReject, kSchedule, kSend, kSendFrame, kPause, kResume, kStop, kCorrect, kWithdraw,
  // the system: the dispatcher, the clock, a restore
  kBegin, kHold, kFrozen, kHalt, kFinish, kFinishUnknown, kFail, kExpire,
};
inline constexpr std::size_t kActionCount = 21;
std::string_view action_name(Action action);  ///< "submit", as on the command line
std::string_view action_ja(Action action);    ///< 「提出」
std::string_view action_en(Action action);    ///< "Submit"
std::optional<Action> parse_action(std::string_view name);

/// The section whose approvers approve for every section (広報).
inline constexpr std::string_view kPublicRelations = "広報";

/// Who acts, as seen from one broadcast.
struct Standing {
  store::Roles roles;
  bool system = false;        ///< not a person; roles do not count
  bool wrote_it = false;      ///< created it or changed its content at any time
  bool same_section = false;  ///< of the section the broadcast goes out for
  bool all_sections = false;  ///< of kPublicRelations
  bool from_frame = false;    ///< the broadcast is a published frame with only its fields filled
};

/// The new state. kConflict when the state does not allow the action, kRefused when this actor may not; the detail is the
/// reason, for staff.
Result<State> move(State from, Action action, const Standing& who);

/// The actions this actor could take now, for screens.
std::vector<Action> possible(State from, const Standing& who);

}  // namespace kairan::broadcasts
