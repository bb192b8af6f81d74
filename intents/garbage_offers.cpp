#include "intents/garbage_offers.h"

#include <algorithm>
#include <set>

#include "intents/calendar_offers.h"
#include "intents/garbage_replies.h"
#include "intents/kana.h"

namespace kairan::intents {
namespace {

constexpr std::size_t kMaxKinds = 4;     ///< kinds shown at once; more are asked about
constexpr std::size_t kMaxNarrow = 5;    ///< named in the question about many kinds
constexpr std::size_t kMaxGarbageOffers = 20;
constexpr std::size_t kMaxNearLetters = 14;  ///< a longer stretch is a sentence, not a name

using Items = std::vector<std::uint32_t>;

Offer item_offer(const CityIndex& index, std::uint32_t item, const Items& kinds, double score, std::string reason) {
  const GarbageItem& named = index.content().items[item];
  Offer offer;
  offer.candidate = {"garbage:" + named.name, named.name, score};
  offer.reason = std::move(reason);
  offer.part = "item:" + named.name;
  offer.reply = [&index, item, kinds](const Query& query, Context& context) {
    const GarbageItem& row = index.content().items[item];
    ItemReply reply;
    reply.rows = index.rows_named(row.name);
    for (const std::uint32_t kind : kinds) reply.variants.push_back(&index.content().items[kind]);
    if (reply.rows.size() == 1) reply.collection = next_collection_line(index, row.category, query, context);
    reply.has_calendar = in_calendar(index, row.category);
    context.last_item = row.name;
    context.last_category = row.category;
    return write_item(index.city(), reply, query.resident.language);
  };
  return offer;
}

/// One reply that shows several items with their categories; or asks which of many.
Offer kinds_offer(const CityIndex& index, const Items& items, const std::string& word, double score, bool guess,
                  std::string reason) {
  const bool narrow = items.size() > kMaxKinds || !guess;
  const Items shown(items.begin(), items.begin() + static_cast<std::ptrdiff_t>(
                                                       std::min(items.size(), items.size() > kMaxKinds ? kMaxNarrow : kMaxKinds)));
  Offer offer;
  const std::vector<GarbageItem>& all = index.content().items;
  offer.candidate = {"garbage:" + all[shown[0]].name, all[shown[0]].name, score};
  for (std::size_t i = 1; i < shown.size(); ++i) offer.also.push_back({"garbage:" + all[shown[i]].name, all[shown[i]].name, score});
  if (shown.size() == 1) offer.ask_first = true;
  offer.reason = std::move(reason);
  offer.part = "item:" + word;
  offer.reply = [&index, shown, word, narrow](const Query& query, Context& context) {
    std::vector<const GarbageItem*> rows;
    context.offered.clear();
    for (const std::uint32_t item : shown) {
      const GarbageItem& first = index.content().items[item];
      for (const GarbageItem* row : index.rows_named(first.name)) rows.push_back(row);
      context.offered.push_back("garbage:" + first.name);
    }
    return write_kinds(index.city(), word, rows, narrow, query.resident.language);
  };
  return offer;
}

/// Kinds in an order that shows the plain ones first: short names before long ones.
void sort_kinds(const CityIndex& index, Items& items) {
  std::stable_sort(items.begin(), items.end(), [&](std::uint32_t a, std::uint32_t b) {
    return index.content().items[a].name.size() < index.content().items[b].name.size();
  });
}

/// What else the question says (木製の, プラスチックの) picks among the kinds of a thing.
Items narrowed(const CityIndex& index, const Question& question, const Items& items) {
  Items best;
  std::size_t most = 0;
  for (const std::uint32_t item : items) {
    const std::u32string name = name_key(index.content().items[item].name);
    std::size_t agreeing = 0;
    for (const Segment& segment : question.segments) {
      const bool word = segment.kind == Segment::Kind::kUnknown || segment.kind == Segment::Kind::kWord;
      if (!word || segment.end - segment.begin < 2) continue;
      if (segment.kind == Segment::Kind::kWord && index.table().has(segment.key, WordKind::kFurniture)) continue;
      if (name.find(question.part(segment.begin, segment.end)) != std::u32string::npos) agreeing += segment.end - segment.begin;
    }
    if (agreeing > most) best.clear();
    most = std::max(most, agreeing);
    if (agreeing == most) best.push_back(item);
  }
  return best;
}

/// The part of the sentence after an item: 「ペットボトルのキャップ」 is about the cap, which the list does not know.
bool owns_unknown(const Question& question, const CityIndex& index, const Utterance& utterance, std::size_t segment) {
  if (segment + 2 >= question.segments.size()) return false;
  const Segment& link = question.segments[segment + 1];
  const Segment& head = question.segments[segment + 2];
  if (link.kind != Segment::Kind::kWord || head.kind != Segment::Kind::kUnknown) return false;
  if (index.table().key(link.key) != U"の") return false;
  const Token& token = utterance.tokens[question.token_of[head.begin]];
  return token.pos.rfind("名詞", 0) == 0 || token.pos.rfind("接頭詞", 0) == 0;
}

class Builder {
 public:
  Builder(const CityIndex& index, const Utterance& utterance, const Question& question, const Signals& signals)
      : index_(index), utterance_(utterance), question_(question), signals_(signals) {}

  /// @param penalty  taken off every score: how the question was read is less sure
  std::vector<Offer> items(double penalty) {
    std::vector<Offer> offers;
    const std::vector<Signals::Hit>& hits = signals_.items;
    for (std::size_t i = 0; i < hits.size() && offers.size() < kMaxGarbageOffers; ++i) {
      std::string why;
      bool guess = false;
      double score = score_of(hits, i, guess, why) - penalty;
      add(offers, hits[i], score, guess, std::move(why));
    }
    return offers;
  }

 private:
  bool cue() const { return signals_.dispose || signals_.garbage; }

  double score_of(const std::vector<Signals::Hit>& hits, std::size_t i, bool& guess, std::string& why) const {
    const Signals::Hit& hit = hits[i];
    const std::size_t letters = index_.table().key(hit.key).size();
    const bool touching = touches_item(hits, i);
    if (!cue() && named_twice(hits, i)) {
      why = "同じ品目が2回あり、捨てる言葉がありません";
      return 0.4;
    }
    if (signals_.unknown == 0 && !touching) {
      why = signals_.named == 1 ? "品目の名前だけです" : "品目のほかは助詞や決まり文句だけです";
      if (question_.segments.size() == 1) return 1.0;
      if (linked_to_next_item(hits, i)) {
        guess = true;
        why = "次の品目にかかります";
        return 0.6;
      }
      return cue() ? 0.98 : signals_.when ? 0.9 : 0.96;
    }
    guess = true;
    if (touching) {
      why = "品目の名前がつながっていて、全体は一覧にありません";
      return cue() || signals_.named <= 2 ? 0.7 : 0.4;
    }
    if (owns_unknown(question_, index_, utterance_, hit.segment)) {
      why = "「の」のあとの語が一覧にありません";
      return cue() ? 0.65 : 0.45;
    }
    if (!hit.left_free || !hit.right_free) {
      why = "一覧にない語の一部です";
      if (letters < 2) return 0.3;
      if (cue()) return hit.right_free ? 0.72 : 0.55;
      const bool nothing_else = signals_.unknown <= 4 && signals_.named == 1;
      return nothing_else && hit.right_free && letters >= 2 ? 0.58 : 0.3;
    }
    guess = false;
    why = cue() ? "品目と捨てる言葉があり、知らない語が" + std::to_string(signals_.unknown) + "字あります"
                : "品目はありますが、捨てる言葉がありません";
    if (!cue()) return 0.4;
    return std::max(0.86, 0.94 - 0.004 * static_cast<double>(signals_.unknown));
  }

  /// Another item begins or ends right here: together they are a third thing.
  bool touches_item(const std::vector<Signals::Hit>& hits, std::size_t i) const {
    const Segment& own = question_.segments[hits[i].segment];
    for (std::size_t other = 0; other < hits.size(); ++other) {
      const Segment& segment = question_.segments[hits[other].segment];
      if (other != i && (segment.end == own.begin || segment.begin == own.end)) return true;
    }
    return false;
  }

  /// 「鏡よ鏡」 is a saying.
  static bool named_twice(const std::vector<Signals::Hit>& hits, std::size_t i) {
    return std::count_if(hits.begin(), hits.end(), [&](const Signals::Hit& hit) { return hit.key == hits[i].key; }) > 1;
  }

  bool linked_to_next_item(const std::vector<Signals::Hit>& hits, std::size_t i) const {
    if (i + 1 >= hits.size() || hits[i + 1].segment != hits[i].segment + 2) return false;
    const Segment& link = question_.segments[hits[i].segment + 1];
    return link.kind == Segment::Kind::kWord && index_.table().key(link.key) == U"の";
  }

  void add(std::vector<Offer>& offers, const Signals::Hit& hit, double score, bool guess, std::string why) {
    Items items = index_.items_of(hit.key);
    if (items.empty()) return;
    sort_kinds(index_, items);
    const std::string word = shown_word(items, question_.segments[hit.segment]);
    const bool vague = signals_.unknown > 0 || items.size() > 1;
    if (vague) {
      Items all = items;
      const Items kinds = index_.kinds_of(hit.key);
      all.insert(all.end(), kinds.begin(), kinds.end());
      const Items narrow = all.size() > 1 ? narrowed(index_, question_, all) : all;
      if (!narrow.empty() && narrow.size() < all.size()) {
        items = narrow;
        sort_kinds(index_, items);
        if (guess && narrow.size() == 1 && score >= 0.55) {
          guess = false;
          score = std::max(score, 0.88);
          why += "、条件の言葉が合います";
        }
      }
    }
    if (items.size() == 1) {
      Items kinds = index_.kinds_of(hit.key);
      sort_kinds(index_, kinds);
      if (kinds.size() > kMaxKinds) kinds.resize(kMaxKinds);
      kinds.erase(std::remove(kinds.begin(), kinds.end(), items[0]), kinds.end());
      Offer offer = item_offer(index_, items[0], kinds, score, std::move(why));
      offer.ask_first = guess;
      offers.push_back(std::move(offer));
      return;
    }
    offers.push_back(kinds_offer(index_, items, word, score, guess, std::move(why) + "、" + std::to_string(items.size()) + "種類"));
  }

  /// What the kinds are kinds of: the name they share, else what was written.
  std::string shown_word(const Items& items, const Segment& segment) const {
    const std::string base = base_name(index_.content().items[items[0]].name);
    const bool shared = std::all_of(items.begin(), items.end(), [&](std::uint32_t item) {
      return base_name(index_.content().items[item].name) == base;
    });
    if (shared) return base;
    const std::uint32_t begin = question_.text.source[segment.begin], end = question_.text.source[segment.end];
    return utterance_.folded.substr(begin, end - begin);
  }

  const CityIndex& index_;
  const Utterance& utterance_;
  const Question& question_;
  const Signals& signals_;
};

/// The stretch that could be a name the list spells otherwise: from the first unknown segment to the last.
struct Core {
  std::size_t begin = 0, end = 0;
  bool nouns_only = true;
};
Core core_of(const Question& question, const Utterance& utterance, const KeyTable& table) {
  Core core;
  std::size_t first = question.segments.size(), last = 0;
  for (std::size_t i = 0; i < question.segments.size(); ++i) {
    const Segment& segment = question.segments[i];
    const bool item = segment.kind == Segment::Kind::kWord && table.has(segment.key, WordKind::kItem);
    if (segment.kind != Segment::Kind::kUnknown && !item) continue;
    first = std::min(first, i);
    last = i;
  }
  if (first == question.segments.size()) return core;
  core.begin = question.segments[first].begin;
  core.end = question.segments[last].end;
  bool thing = false;
  for (std::size_t i = core.begin; i < core.end; ++i) {
    const Token& token = utterance.tokens[question.token_of[i]];
    // Kana the dictionary cannot cut come out as particles and verbs of one letter; longer verbs are verbs.
    const bool verb = token.pos.rfind("動詞,自立", 0) == 0 || token.pos.rfind("形容詞,自立", 0) == 0;
    if (verb && (token.end - token.begin > 6 || has_kanji(token.surface))) core.nouns_only = false;
    thing = thing || token.pos == "名詞,一般" || token.pos == "名詞,固有名詞" || token.pos == "名詞,サ変接続";
  }
  core.nouns_only = core.nouns_only && thing;
  return core;
}

std::vector<Offer> near_offers(const CityIndex& index, const Utterance& utterance, const Question& question,
                               const Signals& signals) {
  std::vector<Offer> offers;
  const bool cue = signals.dispose || signals.garbage;
  const Core core = core_of(question, utterance, index.table());
  std::u32string word(question.part(core.begin, core.end));
  word.erase(std::remove(word.begin(), word.end(), U' '), word.end());
  if (word.size() < 2 || word.size() > kMaxNearLetters || (!cue && !core.nouns_only)) return offers;
  if (!cue && (signals.named > signals.items.size() || word.size() > 9)) return offers;
  Items typos, kinds;
  double nearest = 9;
  std::set<std::string> names;
  const auto add = [&](Items& into, std::uint32_t key) {
    for (const std::uint32_t item : index.items_of(key)) {
      if (names.insert(index.content().items[item].name).second) into.push_back(item);
    }
  };
  for (const NearKey& near : index.near().find(word)) {
    switch (near.how) {
      case NearKey::How::kTypo:
        // Without a word about garbage only long names and slips of voicing marks count: 「かえる」 is not 「かける」.
        if (!cue && (near.distance > 1 || (near.distance > 0.5 && word.size() < 5))) break;
        if (nearest < 9 && near.distance > nearest + 0.5) break;
        nearest = std::min(nearest, near.distance);
        add(typos, near.key);
        break;
      case NearKey::How::kEnd:
        // Two kana end too many names: 「ふん」 is in ペットのふん.
        if (cue || word.size() > 2 || is_kanji(word[0])) add(kinds, near.key);
        break;
      case NearKey::How::kStart:
        if (cue) add(kinds, near.key);
        break;
      case NearKey::How::kInside:
        if (cue && word.size() >= 3) add(kinds, near.key);
        break;
    }
  }
  const std::string written = to_utf8(word);
  if (!typos.empty()) {
    offers.push_back(kinds_offer(index, typos, written, cue ? 0.8 : 0.7, typos.size() <= kMaxKinds, "綴りの近い品目です"));
  } else if (!kinds.empty()) {
    offers.push_back(kinds_offer(index, kinds, written, cue ? 0.75 : 0.62, false, "名前に「" + written + "」を含む品目です"));
  }
  return offers;
}

bool shares_kanji(const std::string& a, const std::string& b) {
  const std::u32string other = to_code_points(b);
  for (const char32_t c : to_code_points(a)) {
    if (is_kanji(c) && other.find(c) != std::u32string::npos) return true;
  }
  return false;
}

bool has_katakana(const std::string& text) {
  const std::u32string points = to_code_points(text);
  return std::any_of(points.begin(), points.end(), [](char32_t c) { return is_katakana(c) && c != 0x30FC; });
}

bool has_hiragana(const std::string& text) {
  const std::u32string points = to_code_points(text);
  return std::any_of(points.begin(), points.end(), [](char32_t c) { return is_hiragana(c) && c != 0x30FC; });
}

/// Items that sound like what was written in other letters: 「引出し」「引き出し」; 「箸」 for 「橋」 only as a guess.
std::vector<Offer> offers_by_sound(const CityIndex& index, const Utterance& utterance) {
  const Question question = read_question_by_sound(utterance, index.table());
  const Signals signals = gather(question, utterance, index);
  std::vector<Offer> offers = Builder(index, utterance, question, signals).items(0.02);
  for (Offer& offer : offers) {
    const std::string& name = offer.candidate.title;
    if (shares_kanji(name, utterance.folded)) continue;
    if (!has_kanji(name) && (!has_katakana(name) || has_hiragana(name))) continue;  // a name in hiragana is written in kanji as well
    offer.ask_first = true;
    const bool cue = signals.dispose || signals.garbage;
    offer.candidate.score = cue ? std::min(offer.candidate.score, 0.6) : 0.3;
    offer.reason += "、同じ音の別の字です";
  }
  offers.erase(std::remove_if(offers.begin(), offers.end(), [](const Offer& o) { return o.candidate.score < 0.3; }), offers.end());
  return offers;
}

bool any_shown(const std::vector<Offer>& offers) {
  return std::any_of(offers.begin(), offers.end(), [](const Offer& o) { return o.candidate.score >= 0.5; });
}

Offer category_offer(const CityIndex& index, std::uint32_t number, double score, std::string reason) {
  const GarbageCategory& category = index.content().categories[number];
  Offer offer;
  offer.candidate = {"garbage:" + category.name, category.name, score};
  offer.reason = std::move(reason);
  offer.reply = [&index, number](const Query& query, Context& context) {
    const GarbageCategory& named = index.content().categories[number];
    context.last_category = named.name;
    return write_category(index.city(), named, next_collection_line(index, named.name, query, context),
                          in_calendar(index, named.name), query.resident.language);
  };
  return offer;
}

}  // namespace

std::vector<Offer> garbage_offers(const CityIndex& index, const Utterance& utterance, const Question& question,
                                  const Signals& signals, const Query&, const Context&) {
  // A name that contains everything: 「木くず、ゴム製品、皮革製品 等」 is cut at its marks otherwise.
  const std::uint32_t whole = index.table().find(name_key(utterance.text));
  if (whole != KeyTable::kNone && index.table().has(whole, WordKind::kItem)) {
    Items items = index.items_of(whole);
    sort_kinds(index, items);
    if (items.size() > 1) return {kinds_offer(index, items, utterance.text, 1.0, false, "名前がまったく同じ品目が複数あります")};
    Items kinds = index.kinds_of(whole);
    if (kinds.size() > kMaxKinds) kinds.resize(kMaxKinds);
    return {item_offer(index, items[0], kinds, 1.0, "品目の名前と同じです")};
  }
  std::vector<Offer> offers = Builder(index, utterance, question, signals).items(0);
  for (const std::uint32_t category : signals.categories) {
    // With an item it is the question's predicate (「オムツは燃えるごみ？」), with a place or a day one for the calendar.
    const bool place = !signals.areas.empty() || !signals.districts.empty();
    if (signals.when || place || !signals.dates.empty() || !signals.items.empty()) break;
    const double score = signals.unknown == 0 ? 0.95 : signals.unknown < 6 && signals.dispose ? 0.7 : 0.45;
    offers.push_back(category_offer(index, category, score, "分別区分の名前があります"));
  }
  if (!any_shown(offers) && has_kanji(utterance.folded)) {
    std::vector<Offer> sounding = offers_by_sound(index, utterance);
    std::move(sounding.begin(), sounding.end(), std::back_inserter(offers));
  }
  if (!any_shown(offers)) {
    std::vector<Offer> near = near_offers(index, utterance, question, signals);
    std::move(near.begin(), near.end(), std::back_inserter(offers));
  }
  if (!any_shown(offers) && signals.dispose) {
    for (const std::uint32_t number : signals.materials) {
      const GarbageMaterial& material = index.content().materials[number];
      Offer offer;
      offer.candidate = {"garbage:" + material.name, material.name, 0.86};
      offer.reason = "一覧にない品目の素材です";
      offer.reply = [&index, number](const Query& query, Context&) {
        return write_material(index.city(), index.content().materials[number], query.resident.language);
      };
      offers.push_back(std::move(offer));
    }
  }
  return offers;
}

std::vector<Offer> garbage_by_intent(const CityIndex& index, const std::string& name, double score, std::string reason) {
  for (std::uint32_t i = 0; i < index.content().items.size(); ++i) {
    if (index.content().items[i].name == name) return {item_offer(index, i, {}, score, std::move(reason))};
  }
  for (std::uint32_t i = 0; i < index.content().categories.size(); ++i) {
    if (index.content().categories[i].name == name) return {category_offer(index, i, score, std::move(reason))};
  }
  return {};
}

}  // namespace kairan::intents
