// What may be known about a subscriber: the attributes that attributes.yaml of the content declares, and which bitmap of
// the store holds each value. The store knows kinds and names; what a value means to people is the content's.
// Adding an attribute to the file needs no code. Constant once loaded; any thread.
//
// Bitmaps (names for keys::bitmap)
//   a:ID          has chosen anything of the attribute
//   a:ID:VALUE    has chosen this; yes/no attributes have the values "yes" and "no"; birth months "2024-05", and
//                 "2024-04-01" for a child born on the 1st of April, who belongs to the school year before
//   x:ID:VALUE    has left this expressly (attributes that are declared `opt_out`: topics)
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_problem.h"
#include "base/localized.h"
#include "base/result.h"

namespace kairan::store {

enum class AttributeKind { kSingle, kMany, kYesNo, kBirthMonths };

struct AttributeValue {
  std::string id;  ///< letters, digits, - and _
  Localized label;
};

struct Attribute {
  std::string id;
  AttributeKind kind = AttributeKind::kSingle;
  Localized label;
  Localized question;                  ///< what the settings dialogue asks; may be empty
  std::vector<AttributeValue> values;  ///< declared order; kYesNo: yes, no; kBirthMonths: empty
  std::size_t at_most = 0;             ///< kMany, kBirthMonths: how many one person may choose; 0 = no limit
  bool verified = false;               ///< set only with a code of the city (groups), never by the resident alone
  bool opt_out = false;                ///< leaving one value is remembered and keeps ordinary broadcasts on it away
  bool hidden = false;                 ///< not asked in the settings dialogue

  const AttributeValue* find(std::string_view value) const;
  /// Whether `value` is one that this attribute may have. Birth months: a month that exists, from 1990 on.
  bool allows(std::string_view value) const;
};

class AttributeSchema {
 public:
  AttributeSchema() = default;
  explicit AttributeSchema(std::vector<Attribute> attributes) : attributes_(std::move(attributes)) {}
  const std::vector<Attribute>& attributes() const { return attributes_; }
  const Attribute* find(std::string_view id) const;
  /// All bitmap names of one attribute that could be set, for birth months those of `first_year` to `last_year`.
  static std::vector<std::string> bitmaps_of(const Attribute& attribute, int first_year, int last_year);

 private:
  std::vector<Attribute> attributes_;
};

std::string any_bitmap(std::string_view attribute);                             ///< "a:ID"
std::string value_bitmap(std::string_view attribute, std::string_view value);   ///< "a:ID:VALUE"
std::string left_bitmap(std::string_view attribute, std::string_view value);    ///< "x:ID:VALUE"

/// Reads FOLDER/attributes.yaml; `values_from: districts` takes the values from FOLDER/city.yaml. An absent file is an
/// empty schema. Problems are added with line and what to write instead; on errors the result is kInvalid.
Result<AttributeSchema> load_attributes(const std::string& folder, std::vector<FileProblem>& problems);

}  // namespace kairan::store
