// The texts of answers about garbage items and categories. Short, in the resident's language as far as the frame goes; the
// city's own words (categories, notes) are never translated. Any thread.
#pragma once

#include <string>
#include <vector>

#include "base/message.h"
#include "intents/content.h"

namespace kairan::intents {

struct ItemReply {
  std::vector<const GarbageItem*> rows;      ///< of one name: more than one when it has several categories
  std::vector<const GarbageItem*> variants;  ///< kinds of the same thing, named in a line of their own
  std::string collection;                    ///< line about the next collection; may be empty
  bool has_calendar = false;                 ///< offers 「収集日は？」
};

std::vector<Message> write_item(const City& city, const ItemReply& reply, const std::string& language);

/// Up to four kinds of one thing with their categories, to choose from; or, with `narrow`, a question which kind it is.
std::vector<Message> write_kinds(const City& city, const std::string& word, const std::vector<const GarbageItem*>& items,
                                 bool narrow, const std::string& language);

std::vector<Message> write_category(const City& city, const GarbageCategory& category, const std::string& collection,
                                    bool has_calendar, const std::string& language);

std::vector<Message> write_material(const City& city, const GarbageMaterial& material, const std::string& language);

/// 「担当：環境下水道課 0954-63-3416」, or "".
std::string contact_line(const City& city, const std::string& language);

}  // namespace kairan::intents
