#include "gateway/main/menu_switch.h"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

#include "base/bitmap.h"
#include "intents/settings_dialogue.h"

namespace kairan::gateway {
namespace {

using ByLanguage = std::map<std::string, std::vector<std::string>>;

/// Followers by the language of the menu that is theirs; whoever chose none reads Japanese.
Result<ByLanguage> followers_by_language(store::Subscribers& subscribers, const std::vector<std::string>& languages,
                                         std::span<const store::Partition> partitions) {
  std::vector<std::string> names{std::string(store::Subscribers::kFollowers)};
  for (const std::string& language : languages) names.push_back(store::value_bitmap(intents::kLanguageAttribute, language));
  const auto bits = subscribers.read_bitmaps(partitions, names);
  if (!bits) return bits.error();
  ByLanguage people;
  for (const store::PartitionBits& partition : *bits) {
    std::vector<std::uint32_t> ordinals;
    partition.bitmaps.front().for_each([&](std::size_t ordinal) {
      ordinals.push_back(static_cast<std::uint32_t>(ordinal));
      return true;
    });
    if (ordinals.empty()) continue;
    const auto addresses = subscribers.addresses(partition.partition, ordinals);
    if (!addresses) return addresses.error();
    for (std::size_t i = 0; i < ordinals.size(); ++i) {
      const std::string& address = (*addresses)[i];
      if (address.empty()) continue;
      std::string language = "ja";
      for (std::size_t l = 0; l < languages.size(); ++l) {
        if (partition.bitmaps[l + 1].test(ordinals[i])) language = languages[l];
      }
      const std::size_t colon = address.rfind(':');  // an address may name its channel first
      people[language].push_back(colon == std::string::npos ? address : address.substr(colon + 1));
    }
  }
  return people;
}

}  // namespace

Result<MenuSwitch> switch_menu(adapters::line::RichMenus& menus, store::Subscribers& subscribers, const intents::Menu& menu) {
  if (const Status shown = menus.show_to_everyone(menu.name); !shown) return shown.error();
  std::vector<store::Partition> all(subscribers.partitions());
  std::iota(all.begin(), all.end(), store::Partition{0});
  return link_menu(menus, subscribers, menu, all);
}

Result<MenuSwitch> link_menu(adapters::line::RichMenus& menus, store::Subscribers& subscribers, const intents::Menu& menu,
                             std::span<const store::Partition> partitions) {
  const auto people = followers_by_language(subscribers, menu.languages, partitions);
  if (!people) return people.error().within("followers");
  MenuSwitch done;
  for (const auto& [language, ids] : *people) {
    const bool default_is_theirs = language == "ja" && menu.for_everyone;
    const auto not_yet = menus.link(ids, default_is_theirs ? "" : intents::menu_alias(menu, language));
    if (!not_yet) return not_yet.error().within(language);
    done.people[language] = ids.size();
    done.not_yet += *not_yet;
  }
  return done;
}

}  // namespace kairan::gateway
