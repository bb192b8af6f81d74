// JMA's disaster information XML (気象庁防災情報XML) to an Alert. What a telegram says is read from codes: area codes under
// their code type, Kind/Code, Category, intensities; never from titles. Pure; any thread.
//
// The type (VPWW53, ...) is not written inside a telegram: it is part of the file's or the link's name. Where the name has
// none, it follows from Head/InfoKind and the shape of the body, which the schema fixes for each type.
#pragma once

#include <string>
#include <string_view>

#include "adapters/xml_document.h"
#include "base/result.h"
#include "broadcasts/alert.h"
#include "broadcasts/alert_city.h"

namespace kairan::adapters::jma {

/// Namespace of the root element, jmaxml1.
bool is_telegram(const XmlElement& root);

/// @param name  the file's name or the link; shown, and searched for the type
/// @return kInvalid with a Japanese reason when something that every telegram has is missing or unreadable (status, info
///         type, time of report): a telegram whose status is unknown must not be guessed to be real
Result<broadcasts::Alert> read_telegram(const XmlElement& root, std::string_view name, const broadcasts::AlertCity& city);

/// The type in a file's or a link's name: "VPWW53" of ".../20240320005334_0_VPWW53_030000.xml"; "" when there is none.
std::string type_in_name(std::string_view name);

}  // namespace kairan::adapters::jma
