#include "intents/plain_speech.h"

#include "intents/kana.h"

namespace kairan::intents {
namespace {

/// What may stand before a form for it to be the dialect's.
enum class Before { kAnything, kNoun, kStem, kStemOrPause };

struct Form {
  std::u32string_view spoken;
  std::u32string_view written;
  Before before;
  bool at_end = false;  ///< only before the end of a sentence, か, け, と, の or a mark
};

/// Longer forms before the shorter ones they begin with.
constexpr Form kForms[] = {
    {U"どがんして", U"どうして", Before::kAnything},
    {U"どがん", U"どう", Before::kAnything},
    {U"どぎゃん", U"どう", Before::kAnything},
    {U"たかとけど", U"たいけど", Before::kStem},
    {U"たかとばってん", U"たいけど", Before::kStem},
    {U"たかばってん", U"たいけど", Before::kStem},
    {U"たかと", U"たいの", Before::kStem},
    {U"たか", U"たい", Before::kStem, true},
    {U"とっと", U"ているの", Before::kStemOrPause},
    {U"とる", U"ている", Before::kStemOrPause},
    {U"よる", U"ます", Before::kStem, true},
    {U"捨つっと", U"捨てるの", Before::kAnything},
    {U"捨つる", U"捨てる", Before::kAnything},
    {U"捨つ", U"捨てる", Before::kAnything},
    {U"なかと", U"ないの", Before::kStem},
    {U"なると", U"なるの", Before::kAnything, true},
    {U"すっと", U"するの", Before::kAnything, true},
    {U"いらん", U"いらない", Before::kAnything, true},
    {U"できん", U"できない", Before::kAnything, true},
    {U"わからん", U"わからない", Before::kAnything, true},
    {U"んばいかんと", U"ないといけないの", Before::kAnything},
    {U"んばいかん", U"ないといけない", Before::kAnything},
    {U"んばならん", U"ないといけない", Before::kAnything},
    {U"なんばしたら", U"何をしたら", Before::kAnything},
    {U"なんば", U"何を", Before::kAnything},
    {U"よかね", U"いいですか", Before::kAnything, true},
    {U"ばってん", U"けど", Before::kAnything},
    {U"ば", U"を", Before::kNoun},
    {U"なくした", U"をなくした", Before::kNoun},
    {U"なくして", U"をなくして", Before::kNoun},
};

/// The last letter of a verb's stem: kana of the i and e rows, but not に (「法律による」) nor ま and で before し.
bool ends_stem(std::u32string_view text) {
  constexpr std::u32string_view kRows = U"いきしちひみりぎじびえけせてねへめれげぜべ";
  if (text.empty() || kRows.find(text.back()) == std::u32string_view::npos) return false;
  const bool polite = text.size() > 1 && text.back() == U'し' && (text[text.size() - 2] == U'ま' || text[text.size() - 2] == U'で');
  return !polite;
}

bool fits(const Form& form, std::u32string_view before, std::u32string_view after) {
  if (form.at_end && !after.empty() && std::u32string_view(U"かけとの。、？！?! 　ねよ").find(after.front()) == std::u32string_view::npos) {
    return false;
  }
  switch (form.before) {
    case Before::kAnything: return true;
    case Before::kNoun: return !before.empty() && (is_kanji(before.back()) || is_katakana(before.back()));
    case Before::kStem: return ends_stem(before);
    case Before::kStemOrPause: return ends_stem(before) || (!before.empty() && before.back() == U'っ');
  }
  return false;
}

}  // namespace

std::optional<std::string> plain_speech(std::string_view text) {
  const std::u32string spoken = to_code_points(text);
  std::u32string written;
  bool changed = false;
  for (std::size_t at = 0; at < spoken.size();) {
    const std::u32string_view before = std::u32string_view(spoken).substr(0, at), rest = std::u32string_view(spoken).substr(at);
    const Form* found = nullptr;
    for (const Form& form : kForms) {
      if (rest.substr(0, form.spoken.size()) != form.spoken) continue;
      if (!fits(form, before, rest.substr(form.spoken.size()))) continue;
      found = &form;
      break;
    }
    if (found == nullptr) {
      written.push_back(spoken[at++]);
      continue;
    }
    written += found->written;
    at += found->spoken.size();
    changed = true;
  }
  if (!changed) return std::nullopt;
  return to_utf8(written);
}

}  // namespace kairan::intents
