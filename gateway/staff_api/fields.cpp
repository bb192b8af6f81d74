#include "gateway/staff_api/fields.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/bounded_json.h"
#include "base/text.h"

namespace kairan::gateway::staff {
namespace {

constexpr int kMaxDepth = 24;
constexpr std::size_t kMaxErrors = 30;
const StaffText kNeeded{"入れてください。", "This is needed."};

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) < ' ' && c != '\n' && c != '\r' && c != '\t') || c == '\x7f';
  });
}

std::optional<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::optional<std::uint64_t> optional_revision(const Call& call) {
  std::string_view value = call.request.header("if-match");
  if (value.size() < 3 || value.front() != '"' || value.back() != '"') return std::nullopt;
  return parse_number(value.substr(1, value.size() - 2));
}

Revision required_revision(const Call& call) {
  Revision revision;
  if (const auto number = optional_revision(call)) {
    revision.number = *number;
  } else {
    revision.refused = refuse("revision_required");
  }
  return revision;
}

Page page_of(const Call& call, std::size_t most, std::size_t otherwise) {
  Page page{0, otherwise};
  if (const auto offset = parse_number(call.request.query_value("offset"))) page.offset = std::min<std::uint64_t>(*offset, 1'000'000);
  if (const auto count = parse_number(call.request.query_value("count"))) page.count = std::clamp<std::uint64_t>(*count, 1, most);
  return page;
}

Fields::Fields(const Call& call) : object_(std::make_unique<nlohmann::json>(nlohmann::json::object())) {
  if (call.request.body.empty()) return;
  const std::string_view type = call.request.header("content-type");
  // A form that another site posts has another type; a type is asked for so that a browser must ask first.
  if (type.substr(0, 16) != "application/json") {
    unreadable_ = true;
    return;
  }
  auto parsed = parse_json(call.request.body, {kJsonBodyBytes, kMaxDepth});
  if (!parsed || !parsed->is_object()) {
    unreadable_ = true;
    return;
  }
  *object_ = *std::move(parsed);
}

Fields::~Fields() = default;

bool Fields::has(std::string_view name) const { return json_member(*object_, name) != nullptr; }

const nlohmann::json* Fields::take(std::string_view name, bool required) {
  asked_.emplace(name);
  const nlohmann::json* member = json_member(*object_, name);
  if (member == nullptr && required && !unreadable_) wrong(name, kNeeded);
  return member;
}

const nlohmann::json* Fields::any(std::string_view name, bool required) { return take(name, required); }

void Fields::wrong(std::string_view name, StaffText message) {
  if (errors_.size() < kMaxErrors) errors_.push_back({std::string(name), std::move(message)});
}

bool Fields::checked_text(std::string_view name, const std::string& value, std::size_t least, std::size_t most) {
  if (has_control(value)) {
    wrong(name, {"使えない文字が入っています。", "It has characters that cannot be used."});
    return false;
  }
  const std::size_t length = length_graphemes(value);
  if (length < least) {
    const std::string characters = std::to_string(least);
    wrong(name, least == 1
                    ? kNeeded
                    : StaffText{characters + "文字以上で入れてください。", characters + " characters at least."});
    return false;
  }
  if (length > most) {
    const std::string characters = std::to_string(most);
    wrong(name, {characters + "文字以内にしてください。", characters + " characters at most."});
    return false;
  }
  return true;
}

std::string Fields::text(std::string_view name, std::size_t least, std::size_t most) {
  const nlohmann::json* member = take(name, true);
  if (member == nullptr) return {};
  if (!member->is_string()) {
    wrong(name, {"文字で入れてください。", "Must be a text."});
    return {};
  }
  const auto& value = member->get_ref<const std::string&>();
  return checked_text(name, value, least, most) ? value : std::string();
}

std::optional<std::string> Fields::optional_text(std::string_view name, std::size_t most) {
  const nlohmann::json* member = take(name, false);
  if (member == nullptr || member->is_null()) return std::nullopt;
  if (!member->is_string()) {
    wrong(name, {"文字で入れてください。", "Must be a text."});
    return std::nullopt;
  }
  const auto& value = member->get_ref<const std::string&>();
  if (!checked_text(name, value, 0, most)) return std::nullopt;
  return value;
}

std::string Fields::secret(std::string_view name, std::size_t most_bytes) {
  const nlohmann::json* member = take(name, true);
  if (member == nullptr) return {};
  if (!member->is_string() || member->get_ref<const std::string&>().size() > most_bytes) {
    wrong(name, {"長すぎるか、文字ではありません。", "Too long, or not a text."});
    return {};
  }
  return member->get<std::string>();
}

std::optional<bool> Fields::optional_flag(std::string_view name) {
  const nlohmann::json* member = take(name, false);
  if (member == nullptr) return std::nullopt;
  if (!member->is_boolean()) {
    wrong(name, {"はい・いいえ（true・false）で入れてください。", "Must be true or false."});
    return std::nullopt;
  }
  return member->get<bool>();
}

bool Fields::flag(std::string_view name) {
  take(name, true);
  return optional_flag(name).value_or(false);
}

double Fields::number(std::string_view name, double least, double most) {
  const nlohmann::json* member = take(name, true);
  if (member == nullptr) return 0;
  const double value = member->is_number() ? member->get<double>() : std::nan("");
  if (!(value >= least && value <= most)) {
    const std::string from = std::to_string(static_cast<long long>(least)),
                      to = std::to_string(static_cast<long long>(most));
    wrong(name, {from + "から" + to + "までの数を入れてください。", "Enter a number from " + from + " to " + to + "."});
    return least;
  }
  return value;
}

std::optional<std::int64_t> Fields::optional_integer(std::string_view name, std::int64_t least, std::int64_t most) {
  const nlohmann::json* member = take(name, false);
  if (member == nullptr) return std::nullopt;
  if (!member->is_number_integer() || member->get<std::int64_t>() < least || member->get<std::int64_t>() > most) {
    const std::string from = std::to_string(least), to = std::to_string(most);
    wrong(name, {from + "から" + to + "までの整数を入れてください。",
                 "Enter a whole number from " + from + " to " + to + "."});
    return std::nullopt;
  }
  return member->get<std::int64_t>();
}

std::string Fields::choice(std::string_view name, const std::vector<std::string>& allowed) {
  const nlohmann::json* member = take(name, true);
  if (member == nullptr) return {};
  if (member->is_string() && std::find(allowed.begin(), allowed.end(), member->get_ref<const std::string&>()) != allowed.end()) {
    return member->get<std::string>();
  }
  std::string list;
  for (const std::string& one : allowed) list += (list.empty() ? "" : ", ") + one;
  wrong(name, {"次から選んでください: " + list, "One of: " + list});
  return {};
}

std::vector<std::string> Fields::texts(std::string_view name, std::size_t least, std::size_t most, std::size_t characters) {
  const nlohmann::json* member = take(name, true);
  std::vector<std::string> all;
  if (member == nullptr) return all;
  if (!member->is_array() || member->size() < least || member->size() > most) {
    const std::string from = std::to_string(least), to = std::to_string(most);
    wrong(name, {from + "個から" + to + "個を選んでください。", "Choose " + from + " to " + to + " of them."});
    return all;
  }
  for (std::size_t i = 0; i < member->size(); ++i) {
    const std::string place = std::string(name) + "[" + std::to_string(i) + "]";
    const nlohmann::json& item = (*member)[i];
    if (!item.is_string()) {
      wrong(place, {"文字で入れてください。", "Must be a text."});
    } else if (checked_text(place, item.get_ref<const std::string&>(), 0, characters)) {
      all.push_back(item.get<std::string>());
    }
  }
  return all;
}

std::optional<Reply> Fields::refused() {
  if (unreadable_) return refuse("invalid_json");
  for (const auto& [name, value] : object_->items()) {
    if (asked_.count(name) == 0) wrong(shorten_graphemes(name, 60), {"知らない項目です。", "Unknown member."});
  }
  if (errors_.empty()) return std::nullopt;
  return refuse("invalid", {}, std::move(errors_));
}

}  // namespace kairan::gateway::staff
