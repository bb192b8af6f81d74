#include "gateway/main/alert_reader.h"

#include <iterator>
#include <optional>

#include "adapters/cap/mail_parts.h"
#include "adapters/cap/message.h"
#include "adapters/jma/telegram.h"
#include "adapters/xml_document.h"
#include "base/crypto.h"

namespace kairan::gateway {
namespace {

using broadcasts::Alert;

constexpr std::string_view kAtomNamespace = "http://www.w3.org/2005/Atom";

Result<std::vector<Alert>> read_root(const adapters::XmlElement& root, std::string_view name,
                                     const broadcasts::AlertCity& city) {
  if (adapters::jma::is_telegram(root)) {
    Result<Alert> alert = adapters::jma::read_telegram(root, name, city);
    if (!alert) return alert.error();
    return std::vector<Alert>{std::move(*alert)};
  }
  if (adapters::cap::is_message(root)) return adapters::cap::read_messages(root, name, city);
  if (root.name() == "feed" && root.namespace_uri() == kAtomNamespace) {
    return Error{ErrorCode::kInvalid, "Atomフィード（見出し" + std::to_string(root.children("entry").size()) +
                                          "件）で、電文そのものではありません"};
  }
  return Error{ErrorCode::kInvalid, "知らない形式のXMLです"};
}

Result<std::vector<Alert>> read_xml(std::string_view bytes, std::string_view name, const broadcasts::AlertCity& city) {
  adapters::XmlLimits limits;
  limits.bytes = kMaxAlertBytes;
  const Result<adapters::XmlDocument> document = adapters::XmlDocument::parse(bytes, limits);
  if (!document) return document.error();
  Result<std::vector<Alert>> alerts = read_root(document->root(), name, city);
  if (!alerts) return alerts;
  const std::string digest = to_hex(bytes_of(sha256(bytes))).substr(0, 32);
  for (std::size_t i = 0; i < alerts->size(); ++i)
    (*alerts)[i].digest = digest + (i == 0 ? "" : "-" + std::to_string(i));
  return alerts;
}

}  // namespace

Result<std::vector<Alert>> read_alerts(std::string_view bytes, std::string_view name,
                                       const broadcasts::AlertCity& city) {
  if (!adapters::cap::is_mail(bytes)) return read_xml(bytes, name, city);
  std::vector<Alert> all;
  const std::vector<std::string> parts = adapters::cap::xml_parts(bytes);
  if (parts.empty()) return Error{ErrorCode::kInvalid, "メールにXMLの部分がありません"};
  // One part that is no message must not keep the others back; a mail of which none is one is refused with the first reason.
  std::optional<Error> wrong;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    auto alerts = read_xml(parts[i], std::string(name) + (parts.size() == 1 ? "" : "#" + std::to_string(i + 1)), city);
    if (alerts) {
      std::move(alerts->begin(), alerts->end(), std::back_inserter(all));
    } else if (!wrong) {
      wrong = alerts.error();
    }
  }
  if (all.empty() && wrong) return *wrong;
  return all;
}

}  // namespace kairan::gateway
