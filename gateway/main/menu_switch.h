// Shows one picture menu to everybody, in their language: the default, and menus of their own. A resident who changed the
// menu by a button has one of their own since, and would not see another default; so all followers are linked (or, for the
// menu that is everyone's anyway, unlinked), 500 a request. Ids go to LINE and nowhere else.
#pragma once

#include <map>
#include <span>
#include <string>

#include "adapters/line/rich_menus.h"
#include "base/result.h"
#include "intents/menu_file.h"
#include "store/subscribers.h"

namespace kairan::gateway {

struct MenuSwitch {
  std::map<std::string, std::size_t> people;  ///< by language
  std::size_t not_yet = 0;                    ///< of those read back, how many see another menu still
};

/// The default first: it needs no list and reaches whoever opens the chat, within about a minute.
Result<MenuSwitch> switch_menu(adapters::line::RichMenus& menus, store::Subscribers& subscribers, const intents::Menu& menu);
/// Links (or unlinks) the followers of these partitions alone: a part of the above.
Result<MenuSwitch> link_menu(adapters::line::RichMenus& menus, store::Subscribers& subscribers, const intents::Menu& menu,
                             std::span<const store::Partition> partitions);

}  // namespace kairan::gateway
