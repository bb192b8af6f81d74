#include "broadcasts/link_codes.h"

#include <set>

#include "base/crypto.h"
#include "broadcasts/wording.h"

namespace kairan::broadcasts {
namespace {

constexpr std::size_t kCodeLength = 10;
constexpr std::string_view kAlphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

}  // namespace

std::string link_code(std::string_view broadcast, std::string_view url) {
  std::string name(broadcast);
  name += "\n";
  name += url;
  const Sha256 digest = sha256(name);
  std::string code;
  for (const std::uint8_t byte : digest) {
    // Bytes that would favour the first letters of the alphabet are passed over.
    if (byte < kAlphabet.size() * 4) code += kAlphabet[byte % kAlphabet.size()];
    if (code.size() == kCodeLength) break;
  }
  return code;
}

bool counts_links(const Document& document) {
  return document.count_links && document.kind == Kind::kLive && document.priority != Priority::kEmergency;
}

std::vector<CodedLink> coded_links(std::string_view broadcast, const Document& document) {
  std::vector<CodedLink> links;
  std::set<std::string> seen;
  if (!counts_links(document)) return links;
  each_text(document, [&](const std::string&, const Localized& texts) {
    for (const auto& [language, text] : texts) {
      for (const std::string& url : links_in(text)) {
        if (seen.insert(url).second) links.push_back({link_code(broadcast, url), url});
      }
    }
  });
  return links;
}

}  // namespace kairan::broadcasts
