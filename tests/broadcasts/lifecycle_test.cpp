#include "broadcasts/lifecycle.h"

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <vector>

#include "tests/support/catch.h"
#include "tests/support/staff_words.h"

namespace kairan::broadcasts {
namespace {

using store::Role;
using store::Roles;

std::vector<State> all_states() {
  std::vector<State> states;
  for (std::size_t i = 0; i < kStateCount; ++i) states.push_back(static_cast<State>(i));
  return states;
}
std::vector<Action> all_actions() {
  std::vector<Action> actions;
  for (std::size_t i = 0; i < kActionCount; ++i) actions.push_back(static_cast<Action>(i));
  return actions;
}
const std::array kAllRoles{Role::kAuthor,        Role::kApprover, Role::kEmergencyOfficer,
                           Role::kContentEditor, Role::kOperator, Role::kAuditor};

/// Every set of roles × relation a person can have to a broadcast.
std::vector<Standing> all_people() {
  std::vector<Standing> people;
  for (unsigned bits = 0; bits < 64; ++bits) {
    for (unsigned relation = 0; relation < 16; ++relation) {
      Standing actor;
      for (unsigned r = 0; r < 6; ++r) {
        if ((bits >> r & 1U) != 0) actor.roles.add(kAllRoles[r]);
      }
      actor.wrote_it = (relation & 1U) != 0;
      actor.same_section = (relation & 2U) != 0;
      actor.all_sections = (relation & 4U) != 0;
      actor.from_frame = (relation & 8U) != 0;
      people.push_back(actor);
    }
  }
  return people;
}

/// What the design says, written apart from the code: state, action → new state. What is not here is refused to everyone.
const std::map<std::string, std::map<std::string, std::string>>& expected_moves() {
  static const std::map<std::string, std::map<std::string, std::string>> kMoves{
      {"draft", {{"edit", "draft"}, {"submit", "submitted"}, {"send_frame", "scheduled"}, {"stop", "cancelled"}}},
      {"submitted",
       {{"edit", "draft"}, {"approve", "approved"}, {"return", "returned"}, {"reject", "rejected"}, {"stop", "cancelled"}}},
      {"returned", {{"edit", "draft"}, {"submit", "submitted"}, {"stop", "cancelled"}}},
      {"rejected", {}},
      {"approved",
       {{"edit", "draft"}, {"return", "returned"}, {"schedule", "scheduled"}, {"send", "scheduled"}, {"stop", "cancelled"},
        {"expire", "expired"}, {"hold", "held"}}},
      {"scheduled",
       {{"edit", "draft"}, {"return", "returned"}, {"schedule", "scheduled"}, {"send", "scheduled"}, {"stop", "cancelled"},
        {"begin", "freezing"}, {"hold", "held"}, {"fail", "failed"}, {"expire", "expired"}}},
      {"held",
       {{"resume", "scheduled"}, {"stop", "stopped"}, {"correct", "stopped"}, {"withdraw", "stopped"}, {"expire", "expired"},
        {"fail", "failed"}}},
      {"freezing",
       {{"stop", "stopped"}, {"correct", "stopped"}, {"withdraw", "stopped"}, {"frozen", "sending"}, {"hold", "held"},
        {"fail", "failed"}, {"expire", "expired"}}},
      {"sending",
       {{"pause", "paused"}, {"stop", "stopped"}, {"correct", "stopped"}, {"withdraw", "stopped"}, {"halt", "paused"},
        {"hold", "held"}, {"finish", "sent"}, {"finish_unknown", "sent_with_unknown"}, {"fail", "failed"},
        {"expire", "expired"}}},
      {"paused",
       {{"resume", "sending"}, {"stop", "stopped"}, {"correct", "stopped"}, {"withdraw", "stopped"}, {"hold", "held"},
        {"fail", "failed"}, {"expire", "expired"}}},
      {"sent", {{"correct", "sent"}, {"withdraw", "sent"}}},
      {"sent_with_unknown", {{"correct", "sent_with_unknown"}, {"withdraw", "sent_with_unknown"}}},
      {"stopped", {{"correct", "stopped"}, {"withdraw", "stopped"}}},
      {"cancelled", {}},
      {"expired", {{"correct", "expired"}, {"withdraw", "expired"}}},
      {"failed", {{"correct", "failed"}, {"withdraw", "failed"}}},
  };
  return kMoves;
}

const std::vector<std::string> kSystemActions{"begin", "hold", "frozen", "halt", "finish", "finish_unknown", "fail", "expire"};

bool is_system_action(Action action) {
  return std::find(kSystemActions.begin(), kSystemActions.end(), action_name(action)) != kSystemActions.end();
}

/// Who may, said in the words of the design and apart from the code.
bool person_may(State from, Action action, const Standing& a) {
  const bool emergency = a.roles.has(Role::kEmergencyOfficer);
  const bool author = a.roles.has(Role::kAuthor);
  const bool approver = a.roles.has(Role::kApprover);
  const bool near = a.same_section || a.all_sections;
  const bool sender = emergency || ((author || approver) && near);
  const bool reviewer = approver && !a.wrote_it && (near || emergency);
  switch (action) {
    case Action::kEdit:
    case Action::kSubmit: return emergency || (author && near);
    case Action::kApprove:
    case Action::kReturn:
    case Action::kReject: return reviewer;
    case Action::kSchedule:
    case Action::kSend:
    case Action::kCorrect:
    case Action::kWithdraw: return sender;
    case Action::kSendFrame: return emergency && a.from_frame;
    case Action::kPause:
    case Action::kStop: return sender || approver || a.roles.has(Role::kOperator);
    case Action::kResume: return from == State::kHeld ? emergency || reviewer : sender;
    default: return false;
  }
}

}  // namespace

TEST_CASE("every state, action, role and relation has its expected result") {
  const auto people = all_people();
  for (const State from : all_states()) {
    const auto& moves = expected_moves().at(std::string(state_name(from)));
    for (const Action action : all_actions()) {
      const auto expected = moves.find(std::string(action_name(action)));
      std::size_t wrong = 0;
      for (const Standing& actor : people) {
        const auto moved = move(from, action, actor);
        const bool allowed = expected != moves.end() && !is_system_action(action) && person_may(from, action, actor);
        if (moved.ok() != allowed || (allowed && state_name(*moved) != expected->second)) ++wrong;
        if (!moved && !test::in_both_languages(moved.error())) ++wrong;
        if (!moved && (moved.error().code == ErrorCode::kConflict) != (expected == moves.end())) ++wrong;
      }
      Standing system;
      system.system = true;
      const auto moved = move(from, action, system);
      const bool allowed = expected != moves.end() && is_system_action(action);
      if (moved.ok() != allowed || (allowed && state_name(*moved) != expected->second)) ++wrong;
      INFO(state_name(from) << " " << action_name(action));
      CHECK(wrong == 0);
    }
  }
}

TEST_CASE("who wrote a broadcast cannot approve it, whatever roles they hold") {
  for (Standing actor : all_people()) {
    actor.wrote_it = true;
    CHECK_FALSE(move(State::kSubmitted, Action::kApprove, actor).ok());
    CHECK_FALSE((actor.roles.has(Role::kEmergencyOfficer) ? false : move(State::kHeld, Action::kResume, actor).ok()));
  }
}

TEST_CASE("final states are left by nothing; a correction leaves them as they are") {
  Standing everything;
  everything.roles = Roles{Role::kAuthor, Role::kApprover, Role::kEmergencyOfficer, Role::kOperator};
  everything.same_section = everything.all_sections = everything.from_frame = true;
  for (const State from : all_states()) {
    if (!is_final(from)) continue;
    for (const Action action : all_actions()) {
      for (const bool system : {false, true}) {
        everything.system = system;
        if (const auto moved = move(from, action, everything)) CHECK(*moved == from);
      }
    }
  }
}

TEST_CASE("the possible actions are those that move() allows") {
  for (const State from : all_states()) {
    for (const Standing& actor : all_people()) {
      const auto actions = possible(from, actor);
      std::size_t allowed = 0;
      for (const Action action : all_actions()) allowed += move(from, action, actor).ok() ? 1 : 0;
      if (actions.size() != allowed) FAIL(state_name(from));
    }
  }
}

TEST_CASE("names of states and actions are read back as they are written") {
  for (const State state : all_states()) CHECK(parse_state(state_name(state)) == state);
  for (const Action action : all_actions()) CHECK(parse_action(action_name(action)) == action);
  CHECK_FALSE(parse_state("Sent"));
}

TEST_CASE("a refused move says what to do instead") {
  Standing author;
  author.roles = Roles{Role::kAuthor, Role::kApprover};
  author.same_section = true;
  author.wrote_it = true;
  CHECK(move(State::kSubmitted, Action::kApprove, author).error().detail.find("別の承認者") != std::string::npos);
  CHECK(move(State::kDraft, Action::kSend, author).error().detail.find("先に承認") != std::string::npos);
  CHECK(move(State::kSent, Action::kEdit, author).error().detail.find("写し") != std::string::npos);
  CHECK(move(State::kSubmitted, Action::kApprove, author).error().english ==
        "You cannot approve, return or reject what you wrote. Ask another approver.");
  CHECK(move(State::kDraft, Action::kSend, author).error().english ==
        "“Send” is not possible while it is “Draft”. Have it approved first.");
}

}  // namespace kairan::broadcasts
