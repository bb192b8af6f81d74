// XML from outside, read within bounds: bytes, nodes and depth are limited, document types and entities of their own are
// refused, the declared encoding is believed or the document refused, one element is the root. Elements are told by their
// local name; the namespace is looked up when a caller asks. The only file besides base/tabular/xlsx.cpp that knows
// pugixml. A document may be read from many threads at once.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace kairan::adapters {

struct XmlLimits {
  std::size_t bytes = std::size_t{8} << 20;
  std::size_t nodes = 1'000'000;  ///< elements, attributes and pieces of text
  std::size_t depth = 64;
};

/// A view of one element; valid as long as its document. A default one is "no element": every question has an empty answer.
class XmlElement {
 public:
  XmlElement() = default;
  explicit XmlElement(const void* node) : node_(node) {}

  explicit operator bool() const { return node_ != nullptr; }
  std::string_view name() const;                ///< local name, without prefix
  std::string_view namespace_uri() const;       ///< "" when it has none
  std::string text() const;                     ///< of the element and everything in it, as written
  std::string trimmed() const;                  ///< text() without white space around it (ASCII and full-width)
  std::string attribute(std::string_view local_name) const;

  /// The first child of this local name.
  XmlElement child(std::string_view local_name) const;
  /// child() step by step: "Head/Headline/Text".
  XmlElement path(std::string_view names) const;
  /// The trimmed text at path().
  std::string value(std::string_view names) const;
  /// Children that are elements; with a name only those.
  std::vector<XmlElement> children(std::string_view local_name = {}) const;
  /// Elements anywhere below with this local name, in document order.
  std::vector<XmlElement> all(std::string_view local_name) const;

 private:
  const void* node_ = nullptr;
};

class XmlDocument {
 public:
  /// @return kTooLarge over a limit; kSyntax for bytes that are not one XML document, kInvalid for a document type, an
  ///         entity of its own or an encoding that is not UTF-8, US-ASCII or ISO-8859-1. The detail is Japanese.
  static Result<XmlDocument> parse(std::string_view bytes, const XmlLimits& limits = {});
  XmlDocument(XmlDocument&&) noexcept;
  XmlDocument& operator=(XmlDocument&&) noexcept;
  ~XmlDocument();

  XmlElement root() const;

 private:
  struct Impl;
  explicit XmlDocument(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace kairan::adapters
