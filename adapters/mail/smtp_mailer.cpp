#include "adapters/mail/smtp_mailer.h"

#include <curl/curl.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <mutex>

#include "adapters/mail/message.h"

namespace kairan::adapters::mail {
namespace {

struct CurlDeleter {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct ListDeleter {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

void start_library() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

struct Upload {
  std::string_view rest;
};

std::size_t read_upload(char* buffer, std::size_t size, std::size_t count, void* state) {
  auto* const upload = static_cast<Upload*>(state);
  const std::size_t length = std::min(size * count, upload->rest.size());
  std::memcpy(buffer, upload->rest.data(), length);
  upload->rest.remove_prefix(length);
  return length;
}

bool is_this_machine(std::string_view url) {
  std::string_view host = url.substr(url.find("://") + 3);
  host = host.substr(0, host.find('/'));
  if (const std::size_t at = host.rfind('@'); at != std::string_view::npos) host.remove_prefix(at + 1);
  host = host.substr(0, host.rfind(':'));
  return host == "localhost" || host == "[::1]" || host.substr(0, 4) == "127.";
}

Error error_of(CURLcode code, long response) {
  const std::string detail = std::string(curl_easy_strerror(code)) + (response > 0 ? " (" + std::to_string(response) + ")" : "");
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_USE_SSL_FAILED: return Error{ErrorCode::kUnavailable, detail};
    case CURLE_LOGIN_DENIED:
    case CURLE_SEND_ERROR:
      // libcurl names a refused recipient so; a 4xx may pass later.
      return Error{response >= 400 && response < 500 ? ErrorCode::kUnavailable : ErrorCode::kRefused, detail};
    default: break;
  }
  if (response >= 400 && response < 500) return Error{ErrorCode::kUnavailable, detail};
  if (response >= 500) return Error{ErrorCode::kRefused, detail};
  return Error{ErrorCode::kTimeout, detail};
}

}  // namespace

SmtpMailer::SmtpMailer(SmtpOptions options, const Clock& clock) : options_(std::move(options)), clock_(clock) {
  start_library();
}

Status SmtpMailer::send(const gateway::StaffMessage& message) {
  const auto& to = message.escalated && !options_.escalation.empty() ? options_.escalation : options_.to;
  if (to.empty() || !is_mail_address(options_.from)) return Error{ErrorCode::kInvalid, "mail: no sender or no recipient"};
  const std::string bytes =
      mail_bytes({options_.from, to, message.subject, message.text, "kairan-" + message.id}, clock_.now());

  const std::unique_ptr<CURL, CurlDeleter> curl(curl_easy_init());
  if (!curl) return Error{ErrorCode::kInternal, "mail: libcurl gives no handle"};
  curl_slist* recipients = nullptr;
  for (const std::string& address : to) {
    if (!is_mail_address(address)) continue;
    recipients = curl_slist_append(recipients, ("<" + address + ">").c_str());
  }
  const std::unique_ptr<curl_slist, ListDeleter> owned(recipients);
  if (recipients == nullptr) return Error{ErrorCode::kInvalid, "mail: no recipient's address is readable"};
  Upload upload{bytes};
  const std::string url(options_.url.reveal());
  const std::string sender = "<" + options_.from + ">";
  curl_easy_setopt(curl.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  curl_easy_setopt(curl.get(), CURLOPT_USE_SSL, static_cast<long>(is_this_machine(url) ? CURLUSESSL_TRY : CURLUSESSL_ALL));
  curl_easy_setopt(curl.get(), CURLOPT_MAIL_FROM, sender.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_MAIL_RCPT, recipients);
  curl_easy_setopt(curl.get(), CURLOPT_UPLOAD, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_READFUNCTION, read_upload);
  curl_easy_setopt(curl.get(), CURLOPT_READDATA, &upload);
  curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options_.timeout.count()));
  curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT_MS, static_cast<long>(options_.timeout.count()));
  const CURLcode code = curl_easy_perform(curl.get());
  long response = 0;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &response);
  if (code == CURLE_OK) return {};
  return error_of(code, response);
}

}  // namespace kairan::adapters::mail
