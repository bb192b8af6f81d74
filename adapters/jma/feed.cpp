#include "adapters/jma/feed.h"

#include <algorithm>
#include <cctype>

#include "adapters/xml_document.h"
#include "adapters/xml_time.h"
#include "base/text.h"

namespace kairan::adapters::jma {
namespace {

constexpr std::string_view kAtom = "http://www.w3.org/2005/Atom";
constexpr std::size_t kMaxAddress = 1000;

/// The entry's link of a document; the first when several are there.
std::string document_link(const XmlElement& entry) {
  for (const XmlElement& link : entry.children("link")) {
    const std::string relation = link.attribute("rel");
    if (relation.empty() || relation == "alternate") return link.attribute("href");
  }
  return {};
}

}  // namespace

std::optional<Address> split_address(std::string_view url) {
  if (url.size() > kMaxAddress) return {};
  const bool secure = url.substr(0, 8) == "https://";
  if (!secure && url.substr(0, 7) != "http://") return {};
  const std::size_t scheme = secure ? 8 : 7;
  const std::size_t slash = url.find('/', scheme);
  const std::string_view host =
      url.substr(scheme, slash == std::string_view::npos ? std::string_view::npos : slash - scheme);
  const bool plain = !host.empty() && std::all_of(host.begin(), host.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '-' || c == ':';
  });
  if (!plain) return {};  // also refuses user@host
  if (!secure && host.substr(0, 10) != "127.0.0.1:" && host != "127.0.0.1") return {};
  Address address;
  address.origin = std::string(url.substr(0, scheme)) + std::string(host);
  std::transform(address.origin.begin(), address.origin.end(), address.origin.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  address.path = slash == std::string_view::npos ? "/" : std::string(url.substr(slash));
  const bool printable =
      std::all_of(address.path.begin(), address.path.end(), [](char c) { return c > 0x20 && c < 0x7F && c != '#'; });
  if (!printable) return {};
  return address;
}

Result<Feed> read_feed(std::string_view bytes, const std::vector<std::string>& origins) {
  XmlLimits limits;
  limits.bytes = kMaxFeedBytes;
  limits.nodes = 500'000;
  const Result<XmlDocument> document = XmlDocument::parse(bytes, limits);
  if (!document) return document.error();
  const XmlElement root = document->root();
  if (root.name() != "feed" || root.namespace_uri() != kAtom)
    return Error{ErrorCode::kInvalid, "Atomフィードではありません"};
  Feed feed;
  for (const XmlElement& entry : root.children("entry")) {
    if (feed.entries.size() >= kMaxFeedEntries) break;
    const std::string link = document_link(entry);
    const auto address = split_address(link);
    const auto updated = parse_xml_time(entry.value("updated"));
    if (!address || !updated || std::find(origins.begin(), origins.end(), address->origin) == origins.end()) {
      ++feed.refused;
      continue;
    }
    feed.entries.push_back({address->origin + address->path, shorten_graphemes(entry.value("title"), 60), *updated});
  }
  std::stable_sort(feed.entries.begin(), feed.entries.end(),
                   [](const FeedEntry& a, const FeedEntry& b) { return a.updated < b.updated; });
  return feed;
}

}  // namespace kairan::adapters::jma
