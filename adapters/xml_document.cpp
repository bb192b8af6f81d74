#include "adapters/xml_document.h"

#include <algorithm>
#include <cctype>
#include <cstring>
#include <pugixml.hpp>

#include "base/text.h"

namespace kairan::adapters {

struct XmlDocument::Impl {
  pugi::xml_document document;
};

namespace {

pugi::xml_node node_of(const void* node) {
  return pugi::xml_node(static_cast<pugi::xml_node_struct*>(const_cast<void*>(node)));
}
const void* handle_of(const pugi::xml_node& node) { return node.internal_object(); }

std::string_view local_name(const char* qualified) {
  const char* const colon = std::strchr(qualified, ':');
  return colon == nullptr ? std::string_view(qualified) : std::string_view(colon + 1);
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

/// The encoding that the XML declaration names, in lower case; "" when it names none.
std::string declared_encoding(std::string_view bytes) {
  if (bytes.substr(0, 5) != "<?xml") return {};
  const std::size_t end = bytes.find("?>");
  if (end == std::string_view::npos || end > 300) return {};
  const std::string_view declaration = bytes.substr(0, end);
  std::size_t at = declaration.find("encoding");
  if (at == std::string_view::npos) return {};
  at = declaration.find_first_of("\"'", at);
  if (at == std::string_view::npos) return {};
  const std::size_t close = declaration.find(declaration[at], at + 1);
  if (close == std::string_view::npos) return {};
  return lower(declaration.substr(at + 1, close - at - 1));
}

std::string latin1_to_utf8(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size() + 16);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      out += c;
    } else {
      out += static_cast<char>(0xC0 | (byte >> 6));
      out += static_cast<char>(0x80 | (byte & 0x3F));
    }
  }
  return out;
}

/// The bytes as UTF-8 when they are in the encoding they claim.
Result<std::string> to_utf8(std::string_view bytes) {
  if (bytes.substr(0, 3) == "\xEF\xBB\xBF") bytes.remove_prefix(3);
  if (bytes.substr(0, 2) == "\xFE\xFF" || bytes.substr(0, 2) == "\xFF\xFE")
    return Error{ErrorCode::kInvalid, "UTF-16 の文書は受け取れません（UTF-8 だけです）"};
  const std::string encoding = declared_encoding(bytes);
  if (encoding == "iso-8859-1" || encoding == "latin1") return latin1_to_utf8(bytes);
  if (!encoding.empty() && encoding != "utf-8" && encoding != "utf8" && encoding != "us-ascii" && encoding != "ascii")
    return Error{ErrorCode::kInvalid, "文字コード「" + escape_for_log(shorten_graphemes(is_valid_utf8(encoding) ? encoding : "?", 20)) + "」の文書は受け取れません（UTF-8 だけです）"};
  if (!is_valid_utf8(bytes)) return Error{ErrorCode::kInvalid, "文字コードが宣言（UTF-8）と合いません"};
  return std::string(bytes);
}

/// Walks without recursion: depth is the attacker's to choose. Empty when everything is within the limits.
std::string over_limits(const pugi::xml_document& document, const XmlLimits& limits) {
  std::size_t nodes = 0;
  std::size_t depth = 0;
  pugi::xml_node node = document.first_child();
  while (node) {
    ++nodes;
    for (auto attribute = node.first_attribute(); attribute; attribute = attribute.next_attribute()) ++nodes;
    if (nodes > limits.nodes) return "要素が多すぎます";
    if (node.first_child()) {
      node = node.first_child();
      if (++depth > limits.depth) return "入れ子が深すぎます";
      continue;
    }
    while (node && !node.next_sibling()) {
      node = node.parent();
      if (node.type() == pugi::node_document || !node) return {};
      --depth;
    }
    node = node.next_sibling();
  }
  return {};
}

pugi::xml_node next_in(const pugi::xml_node& node, const pugi::xml_node& top) {
  if (node.first_child()) return node.first_child();
  pugi::xml_node at = node;
  while (at && at != top && !at.next_sibling()) at = at.parent();
  return !at || at == top ? pugi::xml_node() : at.next_sibling();
}

}  // namespace

std::string_view XmlElement::name() const { return local_name(node_of(node_).name()); }

std::string_view XmlElement::namespace_uri() const {
  const pugi::xml_node node = node_of(node_);
  const char* const qualified = node.name();
  const char* const colon = std::strchr(qualified, ':');
  const std::string key = colon == nullptr ? "xmlns" : "xmlns:" + std::string(qualified, colon);
  for (pugi::xml_node at = node; at; at = at.parent()) {
    const pugi::xml_attribute declared = at.attribute(key.c_str());
    if (declared) return declared.value();
  }
  return {};
}

std::string XmlElement::text() const {
  const pugi::xml_node top = node_of(node_);
  std::string out;
  for (pugi::xml_node node = next_in(top, top); node; node = next_in(node, top)) {
    if (node.type() == pugi::node_pcdata || node.type() == pugi::node_cdata) out += node.value();
  }
  return out;
}

std::string XmlElement::trimmed() const {
  std::string all = text();
  std::string_view view = all;
  static constexpr std::string_view kWide = "\xE3\x80\x80";
  const auto space = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  for (bool cut = true; cut;) {
    cut = false;
    while (!view.empty() && space(view.front())) view.remove_prefix(1), cut = true;
    while (!view.empty() && space(view.back())) view.remove_suffix(1), cut = true;
    if (view.substr(0, 3) == kWide) view.remove_prefix(3), cut = true;
    if (view.size() >= 3 && view.substr(view.size() - 3) == kWide) view.remove_suffix(3), cut = true;
  }
  return std::string(view);
}

std::string XmlElement::attribute(std::string_view wanted) const {
  for (auto attribute = node_of(node_).first_attribute(); attribute; attribute = attribute.next_attribute()) {
    if (local_name(attribute.name()) == wanted) return attribute.value();
  }
  return {};
}

XmlElement XmlElement::child(std::string_view wanted) const {
  for (pugi::xml_node node = node_of(node_).first_child(); node; node = node.next_sibling()) {
    if (node.type() == pugi::node_element && local_name(node.name()) == wanted) return XmlElement(handle_of(node));
  }
  return {};
}

XmlElement XmlElement::path(std::string_view names) const {
  XmlElement at = *this;
  while (at && !names.empty()) {
    const std::size_t slash = names.find('/');
    at = at.child(names.substr(0, slash));
    names = slash == std::string_view::npos ? std::string_view{} : names.substr(slash + 1);
  }
  return at;
}

std::string XmlElement::value(std::string_view names) const {
  const XmlElement at = path(names);
  return at ? at.trimmed() : std::string();
}

std::vector<XmlElement> XmlElement::children(std::string_view wanted) const {
  std::vector<XmlElement> found;
  for (pugi::xml_node node = node_of(node_).first_child(); node; node = node.next_sibling()) {
    if (node.type() != pugi::node_element) continue;
    if (wanted.empty() || local_name(node.name()) == wanted) found.emplace_back(handle_of(node));
  }
  return found;
}

std::vector<XmlElement> XmlElement::all(std::string_view wanted) const {
  const pugi::xml_node top = node_of(node_);
  std::vector<XmlElement> found;
  if (!top) return found;
  for (pugi::xml_node node = next_in(top, top); node; node = next_in(node, top)) {
    if (node.type() == pugi::node_element && local_name(node.name()) == wanted) found.emplace_back(handle_of(node));
  }
  return found;
}

XmlDocument::XmlDocument(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
XmlDocument::XmlDocument(XmlDocument&&) noexcept = default;
XmlDocument& XmlDocument::operator=(XmlDocument&&) noexcept = default;
XmlDocument::~XmlDocument() = default;

XmlElement XmlDocument::root() const { return XmlElement(handle_of(impl_->document.document_element())); }

Result<XmlDocument> XmlDocument::parse(std::string_view bytes, const XmlLimits& limits) {
  if (bytes.size() > limits.bytes)
    return Error{ErrorCode::kTooLarge, "大きすぎます（" + std::to_string(limits.bytes >> 10) + " KB まで）"};
  Result<std::string> text = to_utf8(bytes);
  if (!text) return text.error();
  if (text->find('\0') != std::string::npos) return Error{ErrorCode::kSyntax, "XMLではありません（NULが入っています）"};
  auto impl = std::make_unique<Impl>();
  // Document types are kept as nodes, so that they are seen and refused; pugixml itself expands no entity but the five.
  const pugi::xml_parse_result parsed =
      impl->document.load_buffer(text->data(), text->size(), pugi::parse_default | pugi::parse_doctype, pugi::encoding_utf8);
  if (!parsed) {
    return Error{ErrorCode::kSyntax, "XMLとして読めません（" + std::to_string(parsed.offset) + "バイト目: " + parsed.description() + "）"};
  }
  std::size_t roots = 0;
  for (pugi::xml_node node = impl->document.first_child(); node; node = node.next_sibling()) {
    if (node.type() == pugi::node_doctype) return Error{ErrorCode::kInvalid, "文書型宣言（DOCTYPE）のあるXMLは受け取れません"};
    if (node.type() == pugi::node_element) ++roots;
    if (node.type() == pugi::node_pcdata) return Error{ErrorCode::kSyntax, "XMLではありません（要素の外に文字があります）"};
  }
  if (roots != 1) return Error{ErrorCode::kSyntax, "XMLの根の要素が1つではありません"};
  const std::string over = over_limits(impl->document, limits);
  if (!over.empty()) return Error{ErrorCode::kTooLarge, over};
  return XmlDocument(std::move(impl));
}

}  // namespace kairan::adapters
