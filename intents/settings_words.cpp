#include "intents/settings_words.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <unordered_map>

#include "base/text.h"

namespace kairan::intents {
namespace {

constexpr std::size_t kMaxCommand = 200;  // UTF-16 units; longer texts are questions, not commands
constexpr std::size_t kCodeDigits = 6;
constexpr std::size_t kCodeSigns = 8;

using Kind = SettingsCommand::Kind;

struct Phrase {
  Kind kind;
  std::string_view words;
};
constexpr std::array kPhrases{
    Phrase{Kind::kStart, "設定"}, Phrase{Kind::kStart, "受信設定"}, Phrase{Kind::kStart, "お知らせの設定"},
    Phrase{Kind::kStart, "通知設定"}, Phrase{Kind::kStart, "配信設定"}, Phrase{Kind::kStart, "設定する"},
    Phrase{Kind::kStart, "受信設定をする"}, Phrase{Kind::kStart, "受信設定をはじめる"}, Phrase{Kind::kStart, "設定をはじめる"},
    Phrase{Kind::kStart, "設定をする"}, Phrase{Kind::kStart, "せってい"}, Phrase{Kind::kStart, "settings"},
    Phrase{Kind::kStart, "notification settings"}, Phrase{Kind::kStart, "set up"},
    Phrase{Kind::kShow, "設定を見る"}, Phrase{Kind::kShow, "設定を見せて"}, Phrase{Kind::kShow, "設定を確認"},
    Phrase{Kind::kShow, "設定を確認する"}, Phrase{Kind::kShow, "設定の確認"}, Phrase{Kind::kShow, "設定確認"},
    Phrase{Kind::kShow, "受信設定を見る"}, Phrase{Kind::kShow, "受信設定を確認"}, Phrase{Kind::kShow, "今の設定"},
    Phrase{Kind::kShow, "いまの設定"}, Phrase{Kind::kShow, "登録内容"}, Phrase{Kind::kShow, "登録内容を見る"},
    Phrase{Kind::kShow, "設定を変える"}, Phrase{Kind::kShow, "設定を変更"}, Phrase{Kind::kShow, "設定を変更する"},
    Phrase{Kind::kShow, "設定変更"}, Phrase{Kind::kShow, "せっていをみる"}, Phrase{Kind::kShow, "my settings"},
    Phrase{Kind::kShow, "show my settings"}, Phrase{Kind::kShow, "show settings"}, Phrase{Kind::kShow, "see my settings"},
    Phrase{Kind::kShow, "change settings"}, Phrase{Kind::kShow, "change my settings"},
    Phrase{Kind::kErase, "消す"}, Phrase{Kind::kErase, "消して"}, Phrase{Kind::kErase, "全部消す"},
    Phrase{Kind::kErase, "全部消して"}, Phrase{Kind::kErase, "ぜんぶ消して"}, Phrase{Kind::kErase, "ぜんぶけす"},
    Phrase{Kind::kErase, "すべて消す"}, Phrase{Kind::kErase, "すべて消して"}, Phrase{Kind::kErase, "設定を消す"},
    Phrase{Kind::kErase, "設定を消して"}, Phrase{Kind::kErase, "設定を全部消して"}, Phrase{Kind::kErase, "登録を消す"},
    Phrase{Kind::kErase, "登録を消して"}, Phrase{Kind::kErase, "登録を削除"}, Phrase{Kind::kErase, "登録を削除する"},
    Phrase{Kind::kErase, "データを消して"}, Phrase{Kind::kErase, "データを消す"}, Phrase{Kind::kErase, "個人情報を消して"},
    Phrase{Kind::kErase, "個人情報を削除して"}, Phrase{Kind::kErase, "削除"}, Phrase{Kind::kErase, "erase my data"},
    Phrase{Kind::kErase, "delete my data"}, Phrase{Kind::kErase, "erase everything"}, Phrase{Kind::kErase, "delete everything"},
    Phrase{Kind::kShowCode, "コードを見せて"}, Phrase{Kind::kShowCode, "コードを見る"}, Phrase{Kind::kShowCode, "コードを教えて"},
    Phrase{Kind::kShowCode, "私のコード"}, Phrase{Kind::kShowCode, "わたしのコード"}, Phrase{Kind::kShowCode, "窓口用のコード"},
    Phrase{Kind::kShowCode, "show my code"}, Phrase{Kind::kShowCode, "my code"},
    // 「コード」 alone is asked about as garbage.
    Phrase{Kind::kEnterCode, "コードを入力"}, Phrase{Kind::kEnterCode, "コードを入力する"},
    Phrase{Kind::kEnterCode, "コードを入れる"}, Phrase{Kind::kEnterCode, "団体のコード"},
    Phrase{Kind::kEnterCode, "enter a code"},
    Phrase{Kind::kResume, "設定を続ける"}, Phrase{Kind::kResume, "設定の続き"}, Phrase{Kind::kResume, "設定に戻る"},
    Phrase{Kind::kResume, "continue settings"},
};

struct StepPhrase {
  StepWord word;
  std::string_view words;
};
constexpr std::array kSteps{
    StepPhrase{StepWord::kBack, "戻る"},
    StepPhrase{StepWord::kBack, "もどる"},
    StepPhrase{StepWord::kBack, "前に戻る"},
    StepPhrase{StepWord::kBack, "back"},
    StepPhrase{StepWord::kSkip, "とばす"},
    StepPhrase{StepWord::kSkip, "飛ばす"},
    StepPhrase{StepWord::kSkip, "スキップ"},
    StepPhrase{StepWord::kSkip, "選ばない"},
    StepPhrase{StepWord::kSkip, "選ばずに次へ"},
    StepPhrase{StepWord::kSkip, "パス"},
    StepPhrase{StepWord::kSkip, "skip"},
    StepPhrase{StepWord::kNext, "次へ"},
    StepPhrase{StepWord::kNext, "つぎへ"},
    StepPhrase{StepWord::kNext, "次"},
    StepPhrase{StepWord::kNext, "これでよい"},
    StepPhrase{StepWord::kNext, "これでいい"},
    StepPhrase{StepWord::kNext, "決定"},
    StepPhrase{StepWord::kNext, "ok"},
    StepPhrase{StepWord::kNext, "next"},
    StepPhrase{StepWord::kNext, "done"},
    StepPhrase{StepWord::kNext, "終わり"},
    StepPhrase{StepWord::kNext, "以上"},
    StepPhrase{StepWord::kStop, "やめる"},
    StepPhrase{StepWord::kStop, "やめます"},
    StepPhrase{StepWord::kStop, "終了"},
    StepPhrase{StepWord::kStop, "中止"},
    StepPhrase{StepWord::kStop, "キャンセル"},
    StepPhrase{StepWord::kStop, "あとで"},
    StepPhrase{StepWord::kStop, "stop"},
    StepPhrase{StepWord::kStop, "cancel"},
    StepPhrase{StepWord::kYes, "はい"},
    StepPhrase{StepWord::kYes, "yes"},
    StepPhrase{StepWord::kYes, "そうです"},
    StepPhrase{StepWord::kNo, "いいえ"},
    StepPhrase{StepWord::kNo, "no"},
    StepPhrase{StepWord::kNo, "ちがいます"},
    StepPhrase{StepWord::kNo, "違います"},
};

/// By folded words; made once, because every text is looked up.
template <typename Entries, typename Value>
std::unordered_map<std::string, Value> by_key(const Entries& entries, Value (*value)(const typename Entries::value_type&)) {
  std::unordered_map<std::string, Value> table;
  for (const auto& entry : entries) table.emplace(fold_key(entry.words), value(entry));
  return table;
}

bool ends_with(std::string_view text, std::string_view tail) {
  return text.size() > tail.size() && text.substr(text.size() - tail.size()) == tail;
}

/// The same wish said more politely, or more plainly, is the same wish.
std::vector<std::string> plainer(const std::string& key) {
  std::vector<std::string> forms{key};
  static const auto tails = [] {
    std::vector<std::pair<std::string, std::string>> folded;
    for (const auto& [tail, instead] : std::initializer_list<std::pair<std::string_view, std::string_view>>{
      {"てください", "て"}, {"てほしい", "て"}, {"てもらえますか", "て"}, {"てくれますか", "て"}, {"てもらえませんか", "て"},
      {"たい", "る"}, {"たいです", "る"}, {"したい", "する"}, {"したいです", "する"}, {"をしたい", ""}, {"ください", ""},
      {"をください", ""}, {"おねがいします", ""}, {"お願いします", ""}, {"をおねがいします", ""}, {"please", ""}}) {
      folded.emplace_back(fold_key(tail), fold_key(instead));
    }
    return folded;
  }();
  for (const auto& [tail, instead] : tails) {
    if (ends_with(key, tail)) forms.push_back(key.substr(0, key.size() - tail.size()) + instead);
  }
  return forms;
}

/// 「（もじ）」 and what follows it in readings beside kanji.
std::string without_brackets(std::string_view text) {
  std::string plain;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t open = text.find("（", at);
    plain += text.substr(at, open == std::string_view::npos ? open : open - at);
    if (open == std::string_view::npos) break;
    const std::size_t close = text.find("）", open);
    if (close == std::string_view::npos) break;
    at = close + std::string_view("）").size();
  }
  return plain;
}

std::vector<std::string> split_at_any(std::string_view text, const std::vector<std::string_view>& marks) {
  std::vector<std::string> parts(1);
  while (!text.empty()) {
    const auto mark = std::find_if(marks.begin(), marks.end(),
                                   [&](std::string_view m) { return text.substr(0, m.size()) == m; });
    if (mark != marks.end()) {
      parts.emplace_back();
      text.remove_prefix(mark->size());
    } else {
      parts.back() += text.front();
      text.remove_prefix(1);
    }
  }
  parts.erase(std::remove_if(parts.begin(), parts.end(), [](const std::string& p) { return trim(p).empty(); }), parts.end());
  return parts;
}

std::vector<std::string> keys_of(const Localized& label) {
  std::vector<std::string> keys;
  for (const auto& [language, text] : label) {
    for (const std::string& form : {text, without_brackets(text)}) keys.push_back(fold_key(form));
    for (const std::string& part : split_at_any(without_brackets(text), {"・", "(", "（"}))
      keys.push_back(fold_key(part));
  }
  return keys;
}

bool names(const Localized& label, std::string_view id, const std::string& key) {
  if (key == fold_key(id)) return true;
  const std::vector<std::string> keys = keys_of(label);
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

std::string stripped(std::string key, const std::vector<std::string_view>& tails) {
  for (const std::string_view tail : tails) {
    const std::string tail_key = fold_key(tail);
    if (ends_with(key, tail_key)) key.resize(key.size() - tail_key.size());
  }
  return key;
}

std::optional<SettingsCommand> ask_or_leave(const std::string& key, const store::AttributeSchema& schema) {
  static const std::vector<std::string_view> kChange{"変更したい", "変更する", "変更", "変えたい", "変える", "かえたい", "かえる",
                                                     "直したい", "直す", "選び直す", "設定する", "を設定", "登録したい", "登録する"};
  static const std::vector<std::string_view> kLeave{"やめたい", "やめる", "やめて", "止めたい", "止める", "止めて", "とめて",
                                                    "いらない", "いりません", "不要", "受け取らない", "届かないようにして", "解除"};
  const auto stem_before = [&](const std::vector<std::string_view>& verbs) -> std::string {
    for (const std::string_view verb : verbs) {
      const std::string verb_key = fold_key(verb);
      if (ends_with(key, verb_key)) {
        return stripped(key.substr(0, key.size() - verb_key.size()), {"の設定を", "は", "を", "の", "お知らせ", "通知", "配信", "の"});
      }
    }
    return {};
  };
  if (const std::string stem = stem_before(kChange); !stem.empty()) {
    for (const store::Attribute& attribute : schema.attributes()) {
      if (attribute.hidden || attribute.verified || !names(attribute.label, attribute.id, stem)) continue;
      return SettingsCommand{Kind::kAsk, "", attribute.id, ""};
    }
  }
  if (const std::string stem = stem_before(kLeave); !stem.empty()) {
    for (const store::Attribute& attribute : schema.attributes()) {
      if (!attribute.opt_out || attribute.verified) continue;
      for (const store::AttributeValue& value : attribute.values) {
        if (names(value.label, value.id, stem)) return SettingsCommand{Kind::kLeave, "", attribute.id, value.id};
      }
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> read_code(std::string_view text) {
  std::string code;
  bool only_digits = true;
  for (const char c : fold(prefix_utf16(text, kMaxCommand))) {
    if (c >= '0' && c <= '9') {
      code += c;
    } else if (c >= 'a' && c <= 'z') {
      code += static_cast<char>(c - 'a' + 'A');
      only_digits = false;
    } else if (c != '-' && c != ' ') {
      return std::nullopt;
    }
  }
  const bool fits = code.size() == kCodeSigns || (only_digits && code.size() == kCodeDigits);
  return fits ? std::optional<std::string>(code) : std::nullopt;
}

std::optional<SettingsCommand> read_settings_command(std::string_view text, const store::AttributeSchema& schema) {
  if (length_utf16(text) > kMaxCommand) return std::nullopt;
  const std::string folded = fold(text);
  for (const std::string_view head : {"こーど", "code"}) {
    if (folded.compare(0, head.size(), head) != 0) continue;
    std::string_view rest = std::string_view(folded).substr(head.size());
    for (const std::string_view mark : {"は", ":", "："}) {
      if (rest.substr(0, mark.size()) == mark) rest.remove_prefix(mark.size());
    }
    // 「code question」 is no code: one without a digit has its hyphen.
    const bool meant = rest.find_first_of("0123456789-") != std::string_view::npos;
    if (const auto code = read_code(rest); code && meant) return SettingsCommand{Kind::kEnterCode, *code, "", ""};
  }
  const std::string key = fold_key(text);
  if (key.empty()) return std::nullopt;
  static const auto phrases = by_key<decltype(kPhrases), Kind>(kPhrases, [](const Phrase& phrase) { return phrase.kind; });
  for (const std::string& form : plainer(key)) {
    if (const auto known = phrases.find(form); known != phrases.end()) return SettingsCommand{known->second, "", "", ""};
  }
  return ask_or_leave(key, schema);
}

std::optional<StepWord> read_step_word(std::string_view text) {
  if (length_utf16(text) > kMaxCommand) return std::nullopt;
  static const auto steps =
      by_key<decltype(kSteps), StepWord>(kSteps, [](const StepPhrase& step) { return step.word; });
  const auto known = steps.find(fold_key(text));
  return known == steps.end() ? std::nullopt : std::optional<StepWord>(known->second);
}

std::vector<std::string> read_values(std::string_view text, const store::Attribute& attribute) {
  std::vector<std::string> values;
  if (length_utf16(text) > kMaxCommand) return values;
  const auto value_of = [&](std::string_view part) -> const store::AttributeValue* {
    const std::string key = fold_key(part);
    if (key.empty()) return nullptr;
    if (key.size() <= 2 && std::all_of(key.begin(), key.end(), [](char c) { return c >= '0' && c <= '9'; })) {
      const auto number = static_cast<std::size_t>(std::stoi(key));
      return number >= 1 && number <= attribute.values.size() ? &attribute.values[number - 1] : nullptr;
    }
    for (const std::string& form : {key, stripped(key, {"です", "地区"})}) {
      for (const store::AttributeValue& value : attribute.values) {
        if (names(value.label, value.id, form)) return &value;
      }
    }
    return nullptr;
  };
  if (const store::AttributeValue* const whole = value_of(text)) return {whole->id};
  if (attribute.kind != store::AttributeKind::kMany) return values;
  for (const std::string& part : split_at_any(text, {"、", "，", ",", "・", "と", "\n", "　", " "})) {
    const store::AttributeValue* const value = value_of(part);
    if (value == nullptr) return {};
    if (std::find(values.begin(), values.end(), value->id) == values.end()) values.push_back(value->id);
  }
  return values;
}

}  // namespace kairan::intents
