// Whether a document may become a broadcast: every limit of the channel in the channel's own units, names, links, times,
// segment and variables, each problem with its path and what to write instead. Reads nothing but what it is given; any thread.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "broadcasts/deliverer.h"
#include "broadcasts/document.h"
#include "broadcasts/holidays.h"
#include "store/attributes.h"

namespace kairan::broadcasts {

struct CheckContext {
  const store::AttributeSchema& schema;
  const Deliverer* channel = nullptr;  ///< its limits hold, and what it cannot render is a problem; null: not asked
  TimePoint now{};
  std::string media_base;              ///< public.base_url; "" = own media cannot be used
  const Holidays* holidays = nullptr;  ///< what recurring rules keep away from; null: not known
  bool draft = false;                  ///< it is only kept: whom it is for may be open
};

/// Checks the document and puts it into its one spelling: segment resolved; an emergency for districts goes to those who
/// registered none as well.
/// @return kInvalid when there is a problem that is no warning; the detail is the first
Status check_document(Document& document, const CheckContext& context, std::vector<Problem>& problems);

/// "messages[0].text: 5001 utf16 units, at most 5000" as a channel says it, for staff.
StaffText limit_words(std::string_view detail);

/// The furthest a broadcast may be planned ahead.
inline constexpr std::chrono::hours kMaxAhead{24 * 366};

}  // namespace kairan::broadcasts
