// What a call of the staff API answers: JSON, bytes, a stream, or a refusal as problem+json (RFC 9457) in the reader's language.
// Values only; any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/staff_text.h"
#include "gateway/http.h"

namespace kairan::gateway::staff {

enum class Language : std::uint8_t { kJa, kEn };
/// English when Accept-Language prefers it to Japanese, else Japanese.
Language language_of(const HttpRequest& request);

/// "ja" or "en".
inline std::string_view language_name(Language language) {
  return language == Language::kEn ? "en" : "ja";
}
/// What the reader of this language is told.
inline const std::string& in_language(const StaffText& text, Language language) {
  return language == Language::kEn ? text.en : text.ja;
}

struct FieldError {
  std::string field;  ///< "messages[0].text.ja"; "" = the whole
  StaffText message;
};

/// Why a call was not done. `code` is one of the catalogue in reply.cpp, which knows its status and its words.
struct Refusal {
  std::string code;
  StaffText detail;  ///< replaces the catalogue's sentence when it is not empty
  std::vector<FieldError> errors;
  std::optional<std::chrono::seconds> retry_after;
};

struct Reply {
  int status = 200;
  std::string content_type = "application/json; charset=utf-8";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
  std::function<void(const StreamWriter&)> stream;
  std::optional<Refusal> refusal;
};

Reply ok(const nlohmann::json& body, std::optional<std::uint64_t> revision = std::nullopt);
Reply created(const nlohmann::json& body, std::optional<std::uint64_t> revision = std::nullopt);
Reply no_content();
Reply refuse(std::string_view code, StaffText detail = {}, std::vector<FieldError> errors = {});
/// An error of the store or of another part: what it says is for the log, the reader gets the catalogue's words.
Reply refuse_quietly(const Error& error);
/// An error whose detail was written for staff (rules, life cycle).
Reply refuse_with_reason(const Error& error);

/// The status of a code; 500 for one that the catalogue does not know, which is a defect.
int status_of(std::string_view code);
std::vector<std::string_view> refusal_codes();

/// What goes out, with the headers that every answer of the API carries.
HttpResponse to_http(Reply reply, Language language);

/// "2026-11-22T08:05:00.123Z", as the description has it.
std::string time_text(std::chrono::time_point<std::chrono::system_clock, std::chrono::milliseconds> t);

}  // namespace kairan::gateway::staff
