#include "broadcasts/content_check.h"

#include <algorithm>
#include <charconv>

#include "base/civil_time.h"
#include "base/text.h"
#include "broadcasts/schedule.h"
#include "broadcasts/segment.h"
#include "broadcasts/wording.h"
#include "store/attribute_names.h"

namespace kairan::broadcasts {
namespace {

using Type = DocumentMessage::Type;

constexpr std::size_t kMaxTitle = 100;
constexpr std::size_t kMaxName = 64;
constexpr std::size_t kMaxUrl = 2000;
constexpr std::size_t kMaxVariables = 4;  // each multiplies the number of variants

bool is_plain_url(std::string_view url) {
  return url.size() <= kMaxUrl && std::all_of(url.begin(), url.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

/// 1234567 → 「1,234,567」.
std::string grouped(std::string_view digits) {
  std::string shown(digits);
  for (std::size_t at = shown.size(); at > 3; at -= 3) shown.insert(at - 3, ",");
  return shown;
}

class Check {
 public:
  Check(Document& document, const CheckContext& context, std::vector<Problem>& problems)
      : document_(document), context_(context), problems_(problems) {}

  Status run() {
    names();
    times();
    segment();
    messages();
    texts();
    variables();
    if (!failed_) channel_limits();
    if (!failed_) return {};
    const auto first = std::find_if(problems_.begin(), problems_.end(), [](const Problem& p) { return !p.warning; });
    return staff_error(ErrorCode::kInvalid, at_place(first->path, first->message));
  }

 private:
  void problem(std::string path, StaffText message) {
    failed_ = true;
    problems_.push_back({std::move(path), std::move(message), false});
  }
  void warning(std::string path, StaffText message) {
    problems_.push_back({std::move(path), std::move(message), true});
  }

  void names() {
    if (trim(document_.title).empty()) {
      problem("title",
              {"件名がありません。職員が一覧で見分けられる名前を書いてください（住民には届きません）。",
               "The title is missing. Write a name by which staff know it in lists; residents do not see it."});
    } else if (length_graphemes(document_.title) > kMaxTitle) {
      problem("title",
              {"件名が長すぎます。100文字までにしてください。", "The title is too long. 100 characters at most."});
    }
    if (trim(document_.section).empty())
      problem("section", {"担当課を書いてください。", "Write the section in charge."});
    if (length_graphemes(document_.section) > kMaxName) {
      problem("section", {"担当課の名前が長すぎます。64文字までにしてください。",
                          "The section's name is too long. 64 characters at most."});
    }
    const store::Attribute* const topics = context_.schema.find("topic");
    if (document_.topic.empty()) return;
    if (topics == nullptr) {
      if (document_.topic.size() > kMaxName) {
        problem("topic", {"分野の名前が長すぎます。", "The topic's name is too long. 64 bytes at most."});
      }
    } else if (topics->find(document_.topic) == nullptr) {
      StaffText known;
      for (const store::AttributeValue& value : topics->values) {
        if (!known.empty()) known += {"、", ", "};
        known += same_text(value.id);
      }
      const std::string shown = shorten_utf16(document_.topic, 30);
      problem("topic", {"「" + shown + "」という分野はありません。" + known.ja + " のどれかを書いてください。",
                        "There is no topic “" + shown + "”. Write one of " + known.en + "."});
    }
  }

  void times() {
    const TimePoint now = context_.now;
    if (document_.at && *document_.at <= now) {
      problem("schedule",
              {"予約の時刻が過ぎています（" + format_jst(*document_.at) + "）。これから先の時刻を書いてください。",
               "The time it is planned for has passed (" + format_jst_iso(*document_.at) + "). Write a later one."});
    }
    if (document_.at && *document_.at > now + kMaxAhead) {
      problem("schedule", {"予約が先すぎます。1年以内の時刻を書いてください。",
                           "It is planned too far ahead. Write a time within a year."});
    }
    if (document_.expires && *document_.expires <= now) {
      problem("expires",
              {"期限が過ぎています（" + format_jst(*document_.expires) + "）。これから先の時刻を書いてください。",
               "It has expired already (" + format_jst_iso(*document_.expires) + "). Write a later time."});
    }
    if (!document_.rule.empty()) recurrence();
    if (document_.expires && document_.at && *document_.expires <= *document_.at) {
      problem("expires", {"期限が予約の時刻より前です。予約より後の時刻を書いてください。",
                          "It expires before it leaves. Write a time after the planned one."});
    }
  }

  void recurrence() {
    const auto rule = parse_schedule_text(document_.rule, "schedule", problems_);
    failed_ = failed_ || !rule;
    if (!rule) return;
    document_.rule = schedule_json(*rule);
    std::vector<Problem> found;
    check_schedule(*rule, context_.holidays == nullptr ? Holidays() : *context_.holidays, context_.now, "schedule", found);
    for (Problem& one : found) {
      failed_ = failed_ || !one.warning;
      // What is warned of is the table, which nobody gave.
      if (!one.warning || context_.holidays != nullptr) problems_.push_back(std::move(one));
    }
  }

  void segment() {
    if (document_.segment.empty()) return;
    if (document_.segment == kNoAudience) {
      if (!context_.draft) problem("segment", no_audience());
      return;
    }
    std::vector<SegmentProblem> wrong;
    const auto parsed = parse_segment(document_.segment, context_.schema, wrong);
    if (!parsed) {
      if (wrong.empty()) problem("segment", told(parsed.error()));
      for (const SegmentProblem& one : wrong) problem(one.path.empty() ? "segment" : "segment." + one.path, one.message);
      return;
    }
    document_.segment = parsed->is_everyone() ? std::string() : parsed->json();
    if (document_.priority != Priority::kEmergency || parsed->is_everyone()) return;
    // Promise 10: an emergency for an area goes to those registered there and to those who registered nowhere.
    const SegmentNode* node = &parsed->root();
    while (node->is_group() && !node->negated && node->nodes.size() == 1) node = &node->nodes.front();
    if (node->kind == SegmentNode::Kind::kHasAny && node->attribute == store::kDistrictAttribute && !node->negated) {
      const auto area = emergency_area_segment(node->values, context_.schema);
      if (area) document_.segment = area->json();
    } else if (document_.segment.find("\"notNull\"") == std::string::npos &&
               document_.segment.find("\"null\"") == std::string::npos) {
      warning("segment",
              {"緊急配信の条件に地区以外のものがあります。地区を登録していない方に届かないことがあります。",
               "This emergency has conditions other than the district. Residents who registered none may not get it."});
    }
  }

  void messages() {
    const std::size_t most = context_.channel != nullptr ? context_.channel->message_limits().messages_per_send : 5;
    if (document_.messages.size() > most) {
      const std::string count = std::to_string(document_.messages.size());
      problem("messages",
              {"メッセージが" + count + "件あります。" + std::to_string(most) + "件までにまとめてください。",
               "There are " + count + " messages. " + std::to_string(most) + " at most."});
    }
    for (std::size_t i = 0; i < document_.messages.size(); ++i)
      message(document_.messages[i], "messages" + index_path(i));
  }

  void message(const DocumentMessage& message, const std::string& path) {
    const bool marked = document_.kind != Kind::kLive;
    const bool drill = document_.kind == Kind::kDrill;
    const StaffText mark = drill ? StaffText{"訓練", "a drill"} : StaffText{"練習", "a practice"};
    const StaffText no_alt{"通知に出る説明（alt）がないため、件名が出ます。",
                           "There is no text for the notification (alt): it shows the title."};
    switch (message.type) {
      case Type::kText: needed(message.text, path + ".text"); break;
      case Type::kImage:
        image(message.url, path + ".url");
        if (!message.preview_url.empty()) image(message.preview_url, path + ".preview_url");
        if (message.alt.empty()) {
          warning(path + ".alt", {"読み上げで使う方のための説明（alt）がありません。",
                                  "There is no text for those who have it read aloud (alt)."});
        }
        if (marked) {
          problem(path + ".type", {"画像には「" + mark.ja + "」の印を付けられません。カードに画像を入れてください。",
                                   "A picture cannot be marked as " + mark.en + ". Put it on a card."});
        }
        break;
      case Type::kChoices:
        needed(message.text, path + ".text");
        buttons(message.choices, path + ".choices", 1);
        break;
      case Type::kCards:
        if (message.alt.empty()) warning(path + ".alt", no_alt);
        if (message.cards.empty()) {
          problem(path + ".cards",
                  {"カードがありません。1枚から10枚書いてください。", "There is no card. Write one to ten."});
        }
        for (std::size_t c = 0; c < message.cards.size(); ++c) {
          const std::string place = path + ".cards" + index_path(c);
          needed(message.cards[c].text, place + ".text");
          if (!message.cards[c].image.empty()) image(message.cards[c].image, place + ".image");
          buttons(message.cards[c].actions, place + ".actions", 1);
        }
        break;
      case Type::kFlex:
        if (message.alt.empty()) warning(path + ".alt", no_alt);
        if (marked) {
          problem(path + ".type",
                  {"Flex には「" + mark.ja + "」の印を確実に付けられません。文かカードで書いてください。",
                   "A Flex Message cannot be marked for certain as " + mark.en + ". Write a text or cards."});
        }
        if (message.contents.find("\"http://") != std::string::npos) {
          problem(path + ".contents", {"http:// のアドレスがあります。https:// に直してください。",
                                       "It has an http:// address. Make it https://."});
        }
        break;
      case Type::kLocation:
        needed(message.title, path + ".title");
        needed(message.text, path + ".address");
        if (!(message.latitude >= -90 && message.latitude <= 90)) {
          problem(path + ".latitude", {"-90 から 90 の数を書いてください。", "Write a number from -90 to 90."});
        }
        if (!(message.longitude >= -180 && message.longitude <= 180)) {
          problem(path + ".longitude", {"-180 から 180 の数を書いてください。", "Write a number from -180 to 180."});
        }
        break;
    }
    buttons(message.quick_replies, path + ".quick_replies", 0);
  }

  void needed(const Localized& text, const std::string& path) {
    if (text.empty()) problem(path, {"文がありません。", "The text is missing."});
  }

  void image(const std::string& url, const std::string& path) {
    if (url.empty()) return problem(path, {"画像のアドレスがありません。", "The picture's address is missing."});
    if (url.starts_with("/m/")) {
      if (context_.media_base.empty()) {
        problem(path,
                {"公開アドレス（public.base_url）が設定されていないため、登録した画像を使えません。"
                 "運用担当に設定を頼んでください。",
                 "Pictures kept here cannot be used while public.base_url is not set. Ask your operator to set it."});
      }
      return;
    }
    if (url.starts_with("http://")) {
      return problem(path, {"http:// の画像は送れません。https:// のアドレスにするか、画像を登録して使ってください。",
                            "A picture at http:// cannot be sent. Use an https:// address, or upload the picture."});
    }
    if (!url.starts_with("https://") || !is_plain_url(url)) {
      problem(path,
              {"画像のアドレスは https:// で始まる2,000文字までの英数字で書いてください"
               "（日本語は %E3%81%82 の形にします）。",
               "Write the picture's address with https:// and at most 2,000 plain characters; others as %E3%81%82."});
    }
  }

  void buttons(const std::vector<DocumentAction>& actions, const std::string& path, std::size_t least) {
    if (actions.size() < least)
      problem(path, {"ボタンがありません。1つ以上書いてください。", "There is no button. Write one or more."});
    for (std::size_t i = 0; i < actions.size(); ++i) {
      const std::string place = path + index_path(i);
      needed(actions[i].label, place + ".label");
      if (actions[i].kind == DocumentAction::Kind::kLocation) continue;
      needed(actions[i].value, place + ".value");
      if (actions[i].kind != DocumentAction::Kind::kUri) continue;
      for (const auto& [language, value] : actions[i].value) {
        if (value.starts_with("http://")) {
          problem(place + ".value." + language, {"http:// のリンクは使えません。https:// のアドレスを書いてください。",
                                                 "A link to http:// cannot be used. Write an https:// address."});
        } else if (!value.starts_with("https://") && !value.starts_with("tel:") && !value.starts_with("line://")) {
          problem(place + ".value." + language,
                  {"リンクは https:// か tel: で始めてください。", "Begin a link with https:// or tel:."});
        }
      }
    }
  }

  void texts() {
    each_text(document_, [&](const std::string& path, const Localized& texts) {
      for (const auto& [language, text] : texts) {
        const std::string place = path + "." + language;
        if (!is_valid_utf8(text)) {
          problem(place, {"文字コードが UTF-8 ではありません。", "It is not UTF-8."});
        } else if (trim(text).empty()) {
          problem(place, {"文が空です。書くか、この言語を消してください。",
                          "The text is empty. Write it, or take this language away."});
        } else if (const auto pieces = cut_text(text); !pieces) {
          problem(place, told(pieces.error()));
        } else if (document_.kind == Kind::kLive && with_mark(kDrillMark, text) == text) {
          problem(place,
                  {"本番の配信が【訓練】で始まっています。訓練なら種別を「訓練」（drill）に、"
                   "そうでなければ【訓練】を消してください。",
                   "A live notice begins with “【訓練】” (drill). Make its kind a drill, or take that mark away."});
        }
      }
    });
  }

  void variables() {
    const std::set<std::string> used = variables_of(document_);
    if (used.size() > kMaxVariables) {
      problem("messages",
              {"差し込みが多すぎます。4種類までにしてください。", "There are too many variables. Four kinds at most."});
    }
    for (const std::string& name : used) {
      const store::Attribute* const attribute = context_.schema.find(name);
      if (attribute == nullptr ||
          (attribute->kind != store::AttributeKind::kSingle && attribute->kind != store::AttributeKind::kMany)) {
        StaffText known = same_text("{date}");
        for (const store::Attribute& a : context_.schema.attributes()) {
          if (a.kind == store::AttributeKind::kSingle || a.kind == store::AttributeKind::kMany) {
            known += {"、{" + a.id + "}", ", {" + a.id + "}"};
          }
        }
        const std::string shown = "{" + shorten_utf16(name, 30) + "}";
        problem("messages", {shown + " という差し込みはありません。使えるのは " + known.ja + " です。",
                             "There is no variable “" + shown + "”. Known are " + known.en + "."});
      }
    }
    for (const auto& [name, text] : document_.fallbacks) {
      if (used.find(name) == used.end()) {
        warning("fallbacks." + name, {"この差し込みは文の中で使われていません。", "No text uses this variable."});
      }
      needed(text, "fallbacks." + name);
    }
  }

  /// Every language, with the longest values, in every display, through the channel itself.
  void channel_limits() {
    if (context_.channel == nullptr) return;
    for (const std::string& language : languages_of(document_)) {
      for (const Display display : {Display::kStandard, Display::kText, Display::kLarge}) {
        Reader reader;
        reader.language = language;
        reader.display = display;
        reader.date = jst_date(document_.at.value_or(context_.now));
        reader.media_base = context_.media_base;
        for (const std::string& name : variables_of(document_)) reader.values[name] = longest(name, language);
        const auto rendered = context_.channel->render_as(messages_for(document_, reader), display);
        if (rendered) continue;
        const std::string& detail = rendered.error().detail;
        std::string path = detail.substr(0, detail.find(": "));
        problem(path + "（" + language + "）", limit_words(detail));
        break;
      }
    }
  }

  std::string longest(const std::string& name, const std::string& language) const {
    std::string longest;
    const auto take = [&](const std::string& text) {
      if (length_utf16(text) > length_utf16(longest)) longest = text;
    };
    if (const auto fallback = document_.fallbacks.find(name); fallback != document_.fallbacks.end()) {
      take(pick(fallback->second, language));
    }
    const store::Attribute* const attribute = context_.schema.find(name);
    if (attribute == nullptr) return longest;
    std::string all;
    for (const store::AttributeValue& value : attribute->values) {
      take(pick(value.label, language));
      all += (all.empty() ? "" : "・") + pick(value.label, language);
    }
    if (attribute->kind == store::AttributeKind::kMany) take(all);
    return longest;
  }

  Document& document_;
  const CheckContext& context_;
  std::vector<Problem>& problems_;
  bool failed_ = false;
};

}  // namespace

Status check_document(Document& document, const CheckContext& context, std::vector<Problem>& problems) {
  return Check(document, context, problems).run();
}

StaffText limit_words(std::string_view detail) {
  const std::size_t colon = detail.find(": ");
  const std::string_view what = colon == std::string_view::npos ? detail : detail.substr(colon + 2);
  const auto digits = [](std::string_view text) { return text.substr(0, text.find_first_not_of("0123456789")); };
  const std::string_view actual = digits(what);
  const std::size_t most_at = what.find("at most ");
  if (!actual.empty() && most_at != std::string_view::npos) {
    const std::string most = grouped(digits(what.substr(most_at + 8)));
    const std::string now = grouped(actual);
    if (what.find("utf16") != std::string_view::npos) {
      return {
          now + "文字あります。" + most + "文字までにしてください（LINEの数え方で、絵文字や一部の漢字は2文字です）。",
          now + " characters. " + most + " at most, as LINE counts: an emoji and some kanji are two."};
    }
    if (what.find("graphemes") != std::string_view::npos) {
      return {now + "文字あります。" + most + "文字までにしてください。", now + " characters. " + most + " at most."};
    }
    if (what.find("bytes") != std::string_view::npos) {
      return {now + "バイトあります。" + most + "バイトまでにしてください。", now + " bytes. " + most + " at most."};
    }
    return {now + "個あります。" + most + "個までにしてください。", now + " of them. " + most + " at most."};
  }
  if (what.find("empty") != std::string_view::npos)
    return {"空です。書いてください。", "It is empty. Write something."};
  if (what.find("https") != std::string_view::npos || what.find("link") != std::string_view::npos) {
    return {"使えないアドレスです。https:// で始まるアドレスを書いてください。",
            "This address cannot be used. Write one that begins with https://."};
  }
  return {"LINEで送れない内容です（" + std::string(what) + "）。",
          "LINE cannot send this (" + std::string(what) + ")."};
}

}  // namespace kairan::broadcasts
