#include "adapters/line/errors.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/bounded_json.h"

namespace kairan::adapters::line {
namespace {

constexpr std::chrono::milliseconds kDefaultRetryAfter{1000};
constexpr std::chrono::seconds kLongestRetryAfter{3600};
constexpr std::size_t kMaxErrorBytes = 64 * 1024;

struct Complaint {
  std::string message;  ///< lower case; for comparing only
  std::string places;   ///< the properties complained about, safe to log
};

/// Keeps what a JSON path is made of, so that nothing else can reach a log.
std::string path_only(const std::string& text) {
  std::string path;
  for (const char c : text.substr(0, 60)) {
    const bool good = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                      std::string_view("_-.[]/").find(c) != std::string_view::npos;
    if (good) path.push_back(c);
  }
  return path;
}

Complaint read_complaint(const std::string& body) {
  Complaint complaint;
  const auto json = parse_json(body, JsonLimits{kMaxErrorBytes, 16});
  if (!json) return complaint;
  complaint.message = json_text(*json, "message");
  std::transform(complaint.message.begin(), complaint.message.end(), complaint.message.begin(),
                 [](unsigned char c) { return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c); });
  const nlohmann::json* details = json_member(*json, "details");
  if (details == nullptr || !details->is_array()) return complaint;
  for (const auto& detail : *details) {
    const std::string place = path_only(json_text(detail, "property"));
    if (place.empty() || complaint.places.size() > 200) continue;
    if (!complaint.places.empty()) complaint.places += ' ';
    complaint.places += place;
  }
  return complaint;
}

bool mentions(const Complaint& complaint, std::string_view words) {
  return complaint.message.find(words) != std::string::npos;
}

std::string header(const HttpReply& reply, const char* name) {
  const auto it = reply.headers.find(name);
  return it == reply.headers.end() ? std::string() : it->second;
}

std::chrono::milliseconds retry_after(const HttpReply& reply) {
  const std::string text = header(reply, "retry-after");
  unsigned seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return kDefaultRetryAfter;
  return std::min<std::chrono::seconds>(std::chrono::seconds(seconds), kLongestRetryAfter);
}

std::string describe(int status, const Complaint& complaint) {
  std::string text = "status " + std::to_string(status);
  if (!complaint.places.empty()) text += " at " + complaint.places;
  return text;
}

Outcome too_many(const Complaint& complaint) {
  const bool month = mentions(complaint, "monthly") || (mentions(complaint, "month") && mentions(complaint, "limit"));
  return month ? Outcome::kQuotaExhausted : Outcome::kLater;
}

}  // namespace

SendResult classify(SendKind kind, const HttpReply& reply) {
  SendResult result;
  result.status = reply.status;
  result.request_id = path_only(header(reply, "x-line-request-id"));
  if (reply.status >= 200 && reply.status < 300) {
    result.outcome = Outcome::kAccepted;
    return result;
  }
  const Complaint complaint = read_complaint(reply.body);
  result.detail = describe(reply.status, complaint);
  if (reply.status == 409 && kind == SendKind::kKeyed) {
    result.outcome = Outcome::kAccepted;
    result.already_accepted = true;
    const std::string accepted = path_only(header(reply, "x-line-accepted-request-id"));
    if (!accepted.empty()) result.request_id = accepted;
  } else if (reply.status == 401) {
    result.outcome = Outcome::kUnauthorized;
  } else if (reply.status == 429) {
    result.outcome = too_many(complaint);
    if (result.outcome == Outcome::kLater) result.retry_after = retry_after(reply);
  } else if (reply.status >= 400 && reply.status < 500 && reply.status != 408 && reply.status != 409) {
    result.outcome = Outcome::kRefused;
    result.reply_token_dead = kind == SendKind::kReply && reply.status == 400 && mentions(complaint, "reply token");
  } else {
    result.outcome = Outcome::kUnknown;
  }
  return result;
}

SendResult classify(const Error& transport_error) {
  SendResult result;
  result.detail = std::string(error_code_name(transport_error.code)) + ": " + transport_error.detail;
  result.outcome = Outcome::kUnknown;
  if (transport_error.code == ErrorCode::kUnavailable) {
    result.outcome = Outcome::kLater;
    result.retry_after = kDefaultRetryAfter;
  }
  return result;
}

Error error_of(const HttpReply& reply) {
  const std::string detail = describe(reply.status, read_complaint(reply.body));
  switch (reply.status) {
    case 400:
      return Error{ErrorCode::kInvalid, detail};
    case 404:
    case 410:
      return Error{ErrorCode::kNotFound, detail};
    case 409:
      return Error{ErrorCode::kConflict, detail};
    case 413:
      return Error{ErrorCode::kTooLarge, detail};
    case 429:
      return Error{ErrorCode::kUnavailable, detail};
    default:
      break;
  }
  if (reply.status >= 400 && reply.status < 500) return Error{ErrorCode::kRefused, detail};
  if (reply.status >= 500) return Error{ErrorCode::kUnavailable, detail};
  return Error{ErrorCode::kInternal, detail};
}

}  // namespace kairan::adapters::line
