#include "store/resident_codes.h"

#include <charconv>

#include "base/staff_text.h"
#include "base/text.h"

namespace kairan::store {
namespace {

/// Crockford's base 32: without I, L, O and U.
constexpr std::string_view kSigns = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t kLength = 8;
constexpr int kRequestHourSeconds = 3600;

std::optional<SubscriberRef> read_ref(const std::string& member) {
  SubscriberRef ref;
  const char* const end = member.data() + member.size();
  const auto partition = std::from_chars(member.data(), end, ref.partition);
  if (partition.ec != std::errc() || partition.ptr == end || *partition.ptr != ':') return std::nullopt;
  const auto ordinal = std::from_chars(partition.ptr + 1, end, ref.ordinal);
  if (ordinal.ec != std::errc() || ordinal.ptr != end) return std::nullopt;
  return ref;
}

}  // namespace

std::string fold_code(std::string_view text) {
  if (text.size() > 200 || !is_valid_utf8(text)) return {};
  std::string code;
  for (const char c : fold(text)) {
    if (c == '-' || c == ' ') continue;
    char sign = static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    if (sign == 'O') sign = '0';
    if (sign == 'I' || sign == 'L') sign = '1';
    if (kSigns.find(sign) == std::string_view::npos) return {};
    code.push_back(sign);
  }
  return code.size() == kLength ? code : std::string();
}

std::string random_code() {
  std::string code;
  for (const char byte : random_bytes(kLength))
    code.push_back(kSigns[static_cast<unsigned char>(byte) % kSigns.size()]);
  return code;
}

std::string show_code(std::string_view code) {
  return std::string(code.substr(0, kLength / 2)) + "-" + std::string(code.substr(kLength / 2));
}

Result<std::string> ResidentCodes::issue_code(SubscriberRef ref) {
  const std::string asked = keys::resident_code_issues(ref.partition, ref.ordinal);
  const std::string own = keys::resident_code_of(ref.partition, ref.ordinal);
  const auto counted =
      redis_.pipeline({{"INCR", asked}, {"EXPIRE", asked, std::to_string(kRequestHourSeconds), "NX"}, {"GET", own}});
  if (!counted) return counted.error();
  if (counted->front().is_error()) return error_of(counted->front());
  if (counted->front().integer > kIssuesPerHour) {
    return staff_error(ErrorCode::kConflict, {"同じ方が番号を何度も求めています。1時間ほど待ってください。",
                                              "The resident asked for too many codes. Wait an hour."});
  }
  const std::string code = random_code();
  const std::string name = sealer_.pseudonym("resident-code/" + code);
  const std::string seconds = std::to_string(std::chrono::seconds(kValid).count());
  // The code first: until the resident's own entry names it, it is not valid.
  const auto stored = redis_.pipeline({{"SET", keys::resident_code(name), member_of(ref), "EX", seconds},
                                       {"SET", own, name, "EX", seconds},
                                       {"DEL", keys::resident_code(counted->back().text)}});
  if (!stored) return stored.error();
  for (const Reply& reply : *stored) {
    if (reply.is_error()) return error_of(reply);
  }
  return show_code(code);
}

Result<SubscriberRef> ResidentCodes::redeem_code(std::string_view text) {
  const std::string code = fold_code(text);
  if (code.empty()) {
    return staff_error(ErrorCode::kInvalid, {"番号の形ではありません。画面に出ている番号をそのまま入れてください。",
                                             "This is not a code. Enter it as the resident's screen shows it."});
  }
  const auto wrong = redis_.command({"GET", keys::resident_codes_wrong()});
  if (!wrong) return wrong.error();
  if (!wrong->is_nil() && std::stol(wrong->text) >= kWrongPerHour) {
    return staff_error(ErrorCode::kConflict,
                       {"まちがった番号が続いたため、受け付けていません。1時間ほど待ってください。",
                        "Too many wrong codes were tried. Wait an hour."});
  }
  const std::string name = sealer_.pseudonym("resident-code/" + code);
  const auto holder = redis_.command({"GET", keys::resident_code(name)});
  if (!holder) return holder.error();
  if (const auto ref = read_ref(holder->text)) {
    const auto current = redis_.command({"GET", keys::resident_code_of(ref->partition, ref->ordinal)});
    if (!current) return current.error();
    if (constant_time_equal(current->text, name)) return *ref;
  }
  const auto counted =
      redis_.pipeline({{"INCR", keys::resident_codes_wrong()},
                       {"EXPIRE", keys::resident_codes_wrong(), std::to_string(kRequestHourSeconds), "NX"}});
  if (!counted) return counted.error();
  return staff_error(
      ErrorCode::kNotFound,
      {"この番号は使えません。期限が過ぎたか、使われたか、まちがいです。もう一度出してもらってください。",
       "This code cannot be used: it expired, was used, or is wrong. Ask for a new one."});
}

Status ResidentCodes::forget(SubscriberRef ref) {
  const std::string own = keys::resident_code_of(ref.partition, ref.ordinal);
  const auto current = redis_.command({"GET", own});
  if (!current) return current.error();
  const std::string asked = keys::resident_code_issues(ref.partition, ref.ordinal);
  std::vector<Args> commands{{"DEL", own}, {"DEL", asked}};
  if (!current->is_nil()) commands.push_back({"DEL", keys::resident_code(current->text)});
  const auto deleted = redis_.pipeline(commands);
  return deleted ? Status() : Status(deleted.error());
}

}  // namespace kairan::store
