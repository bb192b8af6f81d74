#include "intents/utterance.h"

#include <mecab.h>
#include <stdlib.h>
#include <unicode/normalizer2.h>
#include <unicode/unistr.h>

#include <array>
#include <filesystem>
#include <mutex>
#include <unordered_set>

#include "base/text.h"
#include "intents/kana.h"
#include "intents/mecab_dictionary.h"

namespace kairan::intents {
namespace {

/// Words that say that something is asked, not what.
const std::unordered_set<std::string>& furniture() {
  static const std::unordered_set<std::string> words{
      "教える", "おしえる", "くださる", "下さる", "いただく", "頂く", "もらう", "する", "なる", "ある", "いる", "思う", "おもう",
      "知る", "しる", "聞く", "きく", "分かる", "わかる", "言う", "いう", "ほしい", "欲しい", "できる", "出来る", "やる",
      "よい", "いい", "良い", "どう", "こと", "もの", "とき", "ところ", "方", "ため", "願う", "お願い", "おねがい", "質問",
      "ちょっと", "とても", "すみません", "こんにちは", "こんばんは", "おはよう", "ありがとう", "です", "ます", "さん", "様"};
  return words;
}

/// The letters as written, in the forms the dictionary has: NFKC makes half-width katakana and full-width Latin ordinary.
std::string normalize(std::string_view text) {
  if (is_plain_japanese(text)) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t size = static_cast<unsigned char>(text[at]) < 0x80 ? 1 : 3;
      if (text[at] == '\xEF') {  // U+FF01..U+FF5E, the full-width forms of ! to ~
        const unsigned low = (static_cast<unsigned char>(text[at + 1]) & 0x3FU) << 6 | (static_cast<unsigned char>(text[at + 2]) & 0x3FU);
        out.push_back(static_cast<char>(low - 0xF01U + '!'));
      } else {
        out.append(text, at, size);
      }
      at += size;
    }
    return out;
  }
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* const nfkc = icu::Normalizer2::getNFKCInstance(status);
  if (U_FAILURE(status)) return std::string(text);
  const icu::UnicodeString normalized = nfkc->normalize(
      icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size()))), status);
  std::string out;
  if (U_SUCCESS(status)) normalized.toUTF8String(out);
  for (char& c : out) {
    if (static_cast<unsigned char>(c) < 0x20) c = ' ';
  }
  return out;
}

/// The parts of MeCab's comma separated features; those that are not there are empty.
std::array<std::string_view, 8> split_features(std::string_view features) {
  std::array<std::string_view, 8> parts;
  for (std::string_view& part : parts) {
    const std::size_t comma = features.find(',');
    part = features.substr(0, comma);
    if (part == "*") part = {};
    if (comma == std::string_view::npos) break;
    features.remove_prefix(comma + 1);
  }
  return parts;
}

/// fold(), with a short cut for the letters nearly all words are made of: each is one of E3 81 81 .. E9 BF BF, hiragana and
/// kanji fold to themselves and katakana to the hiragana 0x60 below.
std::string fold_word(std::string_view word) {
  std::string out(word);
  bool after_kana = false;
  for (std::size_t at = 0; at < word.size(); at += 3) {
    if (word.size() - at < 3) return fold(word);
    const auto lead = static_cast<unsigned char>(word[at]);
    if (lead < 0xE3 || lead > 0xE9) return fold(word);
    const unsigned c = (lead & 0x0FU) << 12 | (static_cast<unsigned char>(word[at + 1]) & 0x3FU) << 6 |
                       (static_cast<unsigned char>(word[at + 2]) & 0x3FU);
    if (c == 0x30FC && after_kana) continue;  // a long vowel; after anything else it is a dash
    after_kana = c < 0x4E00;
    if ((c >= 0x3041 && c <= 0x3094) || (c >= 0x4E00 && c <= 0x9FFF)) continue;
    if (c < 0x30A1 || c > 0x30F4) return fold(word);
    const unsigned hiragana = c - 0x60;
    out[at] = static_cast<char>(0xE0U | hiragana >> 12);
    out[at + 1] = static_cast<char>(0x80U | (hiragana >> 6 & 0x3FU));
    out[at + 2] = static_cast<char>(0x80U | (hiragana & 0x3FU));
  }
  return out;
}

bool carries_meaning(std::string_view pos, std::string_view detail) {
  if (pos == "名詞") return detail != "代名詞" && detail != "非自立" && detail != "特殊";
  if (pos == "動詞" || pos == "形容詞") return detail == "自立";
  return pos == "副詞" || pos == "接頭詞" || pos == "感動詞";
}

/// Where a token's folded surface stands in the folded text. Folding may act across tokens (a dash after kana), so the
/// place is found by search near the cursor, and by length when it is not found.
std::size_t locate(std::string_view folded, std::string_view surface, std::size_t cursor) {
  const std::size_t found = folded.find(surface, cursor);
  return found != std::string_view::npos && found <= cursor + 6 ? found : cursor;
}

class MecabAnalyzer final : public Analyzer {
 public:
  MecabAnalyzer(std::unique_ptr<MeCab::Model> model, std::string folder)
      : model_(std::move(model)), tagger_(model_->createTagger()), folder_(std::move(folder)) {}
  MecabAnalyzer(const MecabAnalyzer&) = delete;
  MecabAnalyzer& operator=(const MecabAnalyzer&) = delete;
  ~MecabAnalyzer() override {
    std::error_code ignored;
    if (!folder_.empty()) std::filesystem::remove_all(folder_, ignored);
  }

  bool ready() const { return tagger_ != nullptr; }

  Utterance analyze(std::string_view text) const override {
    Utterance utterance;
    const std::string_view trimmed = trim(text);
    const std::string_view head = prefix_utf16(trimmed, kMatchedCharacters);
    utterance.shortened = head.size() < trimmed.size();
    utterance.text = std::string(head);
    utterance.folded = fold(head);
    utterance.key = key_of_folded(utterance.folded);
    utterance.tokens = tokens_of(head, utterance.folded);
    for (const Token& token : utterance.tokens) {
      utterance.reading += token.reading;
      if (token.content && furniture().count(token.base) == 0) utterance.words.push_back(token.base);
    }
    return utterance;
  }

  std::vector<Token> tokenize(std::string_view text) const override { return tokens_of(text, fold(text)); }

 private:
  std::vector<Token> tokens_of(std::string_view text, const std::string& folded) const {
    std::vector<Token> tokens;
    const std::string written = normalize(text);
    std::unique_ptr<MeCab::Lattice> lattice = borrow();
    lattice->set_sentence(written.data(), written.size());
    std::size_t cursor = 0;
    if (tagger_->parse(lattice.get())) {
      for (const MeCab::Node* node = lattice->bos_node(); node != nullptr; node = node->next) {
        if (node->stat == MECAB_BOS_NODE || node->stat == MECAB_EOS_NODE) continue;
        Token token = token_of(*node);
        if (token.surface.empty()) continue;
        token.begin = std::min(locate(folded, token.surface, cursor), folded.size());
        token.end = std::min(token.begin + token.surface.size(), folded.size());
        cursor = token.end;
        tokens.push_back(std::move(token));
      }
    }
    give_back(std::move(lattice));
    return tokens;
  }

  static Token token_of(const MeCab::Node& node) {
    const std::array<std::string_view, 8> feature = split_features(node.feature);
    const std::string_view surface(node.surface, node.length);
    Token token;
    token.surface = fold_word(surface);
    token.base = feature[6].empty() ? token.surface : feature[6] == surface ? token.surface : fold_word(feature[6]);
    token.reading = feature[7].empty() ? token.surface : fold_word(feature[7]);
    token.pos.reserve(feature[0].size() + feature[1].size() + 1);
    token.pos.append(feature[0]).append(1, ',').append(feature[1]);
    token.content = carries_meaning(feature[0], feature[1]);
    return token;
  }

  /// Lattices keep their memory, so they are handed round; each belongs to one call at a time.
  std::unique_ptr<MeCab::Lattice> borrow() const {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (!free_.empty()) {
        std::unique_ptr<MeCab::Lattice> lattice = std::move(free_.back());
        free_.pop_back();
        return lattice;
      }
    }
    return std::unique_ptr<MeCab::Lattice>(model_->createLattice());
  }
  void give_back(std::unique_ptr<MeCab::Lattice> lattice) const {
    lattice->clear();
    const std::lock_guard<std::mutex> lock(mutex_);
    free_.push_back(std::move(lattice));
  }

  std::unique_ptr<MeCab::Model> model_;
  std::unique_ptr<MeCab::Tagger> tagger_;
  std::string folder_;  ///< holds the user dictionary, mapped while the model lives
  mutable std::mutex mutex_;
  mutable std::vector<std::unique_ptr<MeCab::Lattice>> free_;  ///< guarded by mutex_
};

Result<std::string> make_temporary_folder() {
  std::error_code failed;
  const std::filesystem::path base = std::filesystem::temp_directory_path(failed);
  if (failed) return Error{ErrorCode::kUnavailable, "no temporary folder"};
  std::string pattern = (base / "kairan-words-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) return Error{ErrorCode::kUnavailable, "cannot make a temporary folder"};
  return pattern;
}

}  // namespace

Result<std::shared_ptr<const Analyzer>> Analyzer::create(
    const std::vector<std::pair<std::string, std::string>>& user_words) {
  std::string options = std::string("-r /dev/null -d ") + kMecabDictionary;
  std::string folder;
  if (!user_words.empty()) {
    Result<std::string> made = make_temporary_folder();
    if (!made) return made.error();
    folder = *made;
    const Result<std::string> dictionary = compile_user_dictionary(folder, user_words);
    if (!dictionary) {
      std::error_code ignored;
      std::filesystem::remove_all(folder, ignored);
      return dictionary.error();
    }
    options += " -u " + *dictionary;
  }
  std::unique_ptr<MeCab::Model> model(MeCab::createModel(options.c_str()));
  if (!model) return Error{ErrorCode::kUnavailable, "cannot open the dictionary (mecab-ipadic-utf8)"};
  auto analyzer = std::make_shared<MecabAnalyzer>(std::move(model), folder);
  if (!analyzer->ready()) return Error{ErrorCode::kUnavailable, "cannot start MeCab"};
  return std::shared_ptr<const Analyzer>(std::move(analyzer));
}

}  // namespace kairan::intents
