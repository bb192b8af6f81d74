#include "gateway/main/alert_reader.h"

#include "adapters/cap/message.h"
#include "adapters/jma/telegram.h"
#include "adapters/xml_document.h"
#include "base/crypto.h"

namespace kairan::gateway {
namespace {

using broadcasts::Alert;

constexpr std::string_view kAtomNamespace = "http://www.w3.org/2005/Atom";

Result<std::vector<Alert>> read_root(const adapters::XmlElement& root, std::string_view name, const broadcasts::AlertCity& city) {
  if (adapters::jma::is_telegram(root)) {
    Result<Alert> alert = adapters::jma::read_telegram(root, name, city);
    if (!alert) return alert.error();
    return std::vector<Alert>{std::move(*alert)};
  }
  if (adapters::cap::is_message(root)) return adapters::cap::read_messages(root, name, city);
  if (root.name() == "feed" && root.namespace_uri() == kAtomNamespace) {
    return Error{ErrorCode::kInvalid, "Atomフィード（見出し" + std::to_string(root.children("entry").size()) + "件）で、電文そのものではありません"};
  }
  return Error{ErrorCode::kInvalid, "知らない形式のXMLです"};
}

}  // namespace

Result<std::vector<Alert>> read_alerts(std::string_view bytes, std::string_view name, const broadcasts::AlertCity& city) {
  adapters::XmlLimits limits;
  limits.bytes = kMaxAlertBytes;
  const Result<adapters::XmlDocument> document = adapters::XmlDocument::parse(bytes, limits);
  if (!document) return document.error();
  Result<std::vector<Alert>> alerts = read_root(document->root(), name, city);
  if (!alerts) return alerts;
  const std::string digest = to_hex(bytes_of(sha256(bytes))).substr(0, 32);
  for (std::size_t i = 0; i < alerts->size(); ++i) (*alerts)[i].digest = digest + (i == 0 ? "" : "-" + std::to_string(i));
  return alerts;
}

}  // namespace kairan::gateway
