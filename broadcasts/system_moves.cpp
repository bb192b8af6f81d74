#include "broadcasts/system_moves.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "base/bounded_json.h"
#include "base/ids.h"
#include "broadcasts/record_fields.h"

namespace kairan::broadcasts {
namespace {

constexpr std::size_t kMaxHistoryBytes = 256 * 1024;
constexpr int kMoveAttempts = 8;

std::string history_with(std::string_view stored, TimePoint at, Action action, State from, State to,
                         const StaffText& comment) {
  auto parsed = parse_json(stored, JsonLimits{kMaxHistoryBytes, 8});
  nlohmann::json history = parsed && parsed->is_array() ? *std::move(parsed) : nlohmann::json::array();
  history.push_back({{"at", to_unix_ms(at)},
                     {"by", ""},
                     {"action", std::string(action_name(action))},
                     {"from", std::string(state_name(from))},
                     {"to", std::string(state_name(to))},
                     {"comment", comment.ja},
                     {"comment_en", comment.en}});
  return history.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

void set_or_remove(store::BroadcastUpdate& update, std::string_view name, const std::string& value) {
  if (value.empty()) {
    update.remove.emplace_back(name);
  } else {
    update.set[std::string(name)] = value;
  }
}

}  // namespace

StaffText missed_time(std::chrono::minutes by) {
  const std::string minutes = std::to_string(by.count());
  return {"予定の時刻を" + minutes + "分以上過ぎたため、送らずに保留しました。確認して再開するか、中止してください。",
          "Its time passed by " + minutes +
              " minutes or more, so it was held and not sent. Look at it, then resume or stop it."};
}

void set_reason(store::BroadcastUpdate& update, const StaffText& reason) {
  set_or_remove(update, field::kReason, reason.ja);
  set_or_remove(update, field::kReasonEn, reason.en);
}

Result<store::BroadcastRecord> SystemMoves::apply(const store::BroadcastRecord& record, const SystemMove& wanted) {
  const auto from = parse_state(record.state);
  if (!from) return Error{ErrorCode::kCorrupt, "broadcast " + record.id + " has no known state"};
  Standing standing;
  standing.system = true;
  const auto to = move(*from, wanted.action, standing);
  if (!to) return Error{ErrorCode::kConflict, to.error().detail};
  store::BroadcastUpdate update;
  update.state = state_name(*to);
  update.set = wanted.set;
  update.due = wanted.due;
  const std::string mark = "system:" + random_hex(8);
  update.set[std::string(field::kBy)] = mark;
  update.set[std::string(field::kHistory)] =
      history_with(record.field(field::kHistory), clock_.now(), wanted.action, *from, *to, wanted.reason);
  set_reason(update, wanted.reason);
  const auto revision = broadcasts_.update(record.id, record.revision, update);
  if (!revision && revision.error().code != ErrorCode::kTimeout) return revision.error();
  auto now = broadcasts_.read(record.id);
  if (!now) return revision ? now.error() : revision.error();
  if (!*now) return Error{ErrorCode::kNotFound, "the broadcast is gone"};
  if (!revision && (*now)->field(field::kBy) != mark) return revision.error();
  // Somebody may have moved it on already; the caller works with what it is now.
  return **std::move(now);
}

Result<store::BroadcastRecord> SystemMoves::apply(std::string_view id, const SystemMove& wanted) {
  for (int attempt = 0;; ++attempt) {
    const auto record = broadcasts_.read(id);
    if (!record) return record.error();
    if (!*record) return Error{ErrorCode::kNotFound, "there is no such broadcast"};
    const auto from = parse_state((*record)->state);
    Standing standing;
    standing.system = true;
    if (!from || !move(*from, wanted.action, standing))
      return Error{ErrorCode::kConflict, "its state does not allow it"};
    auto moved = apply(**record, wanted);
    if (moved || moved.error().code != ErrorCode::kConflict || attempt == kMoveAttempts) return moved;
  }
}

}  // namespace kairan::broadcasts
