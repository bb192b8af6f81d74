#include "intents/question_words.h"

#include <string>

#include "base/text.h"
#include "intents/question_key.h"

namespace kairan::intents {
namespace {

constexpr const char* kFurniture =
    "は を が の に で と も へ や か ね よ な って っていう という とは から まで など とか ので のに のは のが のを について に関して "
    "です ですか ですかね ですよね でしょう でしょうか だろう だろうか かな かしら ます ますか ました ください 下さい 頂けますか "
    "いただけますか お願い おねがい お願いします おねがいします お願いいたします 教えて おしえて 教えて下さい 教えてください おしえてください "
    "教えてほしい 教えてもらえますか 教えていただけますか 知りたい しりたい 知りたいです わからない 分からない 分かりません わかりません "
    "わからん 分からん どう どうやって どうすれば どうしたら どうすればいい どうすればいいですか どうしたらいい どうしたらいいですか "
    "どうしたらいいの どうすればいいの どうする どうするの どのように どんな どういう なに 何 なん なんの 何の 何に なにに どれ どこ "
    "どこに どこで どこへ どちら どっち いい 良い よい いいの いいですか よい よろしい よろしいですか よろしいでしょうか よいですか "
    "すみません すいません すみませんが あの あのう えっと ええと ちょっと じゃ じゃあ では それでは あと また それと それから ほんなら "
    "ほな ありがとう ありがとうございます ありがとうございました ございます ございました こんにちは こんばんは おはよう おはようございます はじめまして お世話になります "
    "お世話になっております 質問 質問です 質問があります 聞きたい ききたい 聞きたいのですが お聞きしたい お聞きしたいのですが お聞きします お伺いしたい お伺いしたいのですが お尋ねします お尋ねしたい お尋ねしたいのですが 伺いたいのですが たい したい したいです したいのですが "
    "んですが のですが ですが ですけど ですけれど けど けれど んだけど んですけど なります なりますか なりますでしょうか なる なるの なの なのか "
    "なん なんですか なんでしょうか なんだろう 何ですか 何でしょうか 何になりますか 何になる する します しますか すればいい すれば したら した "
    "して しても していい してもいい すれば いいか ある あります ありますか もらえますか もらえる くれますか くれる できる できますか 出来ますか "
    "できる場合 場合 場合は とき 時 時は もの 物 やつ ほう 方法 やり方 やりかた 仕方 しかた です だ だけ でも 今 いま はい うん "
    "うち 家 家の 我が家 自宅 私 わたし 僕 俺 ぼく 方 かた お 一般 普通 家庭 家庭用 家庭の "
    // the dialect of Saga
    "ば ばってん いらん いらんくなった とけど けどね どがん どがんして どがんしたら どがんしたらよか どがんしたらよかですか どがんしたらよかね どがんしたらよかと どがんすれば "
    "どがんすればよか どがんすると どがんすっと どぎゃん どけ よか よかと よかとね よかですか よかね よかろうか よかろか やろか やろうか やろ "
    "とね とかな ばい ばってん けん けんが しとっと ですと なんやろ なんね なんですと "
    "how do i to can you please tell me what is are the a an of for in my it this that where should about";

/// What people say of a thing before they throw it away; alone it is no question (「スマホの画面が割れた」).
constexpr const char* kState =
    "壊れた こわれた 壊れて こわれて 折れた おれた 割れた われた 破れた やぶれた 汚れた よごれた 古い ふるい 古くなった 空の 空になった 大きい 大きな 小さい "
    "小さな おおきい ちいさい 新しい 大量の たくさんの たくさん";

constexpr const char* kDispose =
    "捨てる 捨てたい 捨てたいです 捨てたいのですが 捨てたいんですが 捨てたいんだけど 捨て方 捨てかた 捨てるには 捨てるの 捨てるときは 捨てる時 "
    "捨てられる 捨てられますか 捨てれる 捨ててもいい 捨てていい 捨てていいですか 捨てていいの 捨てて 捨てます 捨てますか 捨てればいい "
    "捨てればいいですか 捨てればいいの 捨てれば 捨てたら 捨てたらいい 捨てたらいいですか 捨て 捨てに 捨てよう すてる すてたい すてたいです すてたいんだけど "
    "すてかた すて方 すてるの すてるには すてられる すてれる すててもいい すてていい すてて すてます すてればいい すてれば すてたら "
    "すてたらいい すてると すてると？ 捨てると 捨つる すつる うっする うっすつる うっちゃる うっすっ うっすて うっすてる うっする方法 捨つっ 捨つっと 捨つる方法 捨てたか 捨てたかと 捨てたかとばってん すてたか すてたかと すつっ すつっと 捨てらるっ 捨ててよか 捨ててよかね "
    "処分 処分する 処分したい 処分したいです 処分方法 処分の方法 処分するには 処分できますか しょぶん しょぶんしたい しょぶんほうほう 処理 廃棄 "
    "廃棄したい 出し方 出しかた だし方 だしかた 出せる 出せますか 出せば 出せばいい 出せばいいですか 出す 出したい 出して 出していい 出してもいい "
    "出すの 出すには 出したら だせる だせますか だす だしたい 出したか だしたか 出すと 出してよか だして だしていい だせば 分別 分別方法 分別は ぶんべつ 分け方 わけかた わけ方 "
    "分ける 回収 回収して 回収できますか かいしゅう 収集 収集して 引き取り 引き取って ひきとり いらない 要らない いらなくなった 要らなくなった "
    "不要 不要な 不要になった 使わない 使わなくなった つかわない 使えない 使えなくなった 使い終わった 使用済み 使用済 "
    "何ごみ なにごみ 何のごみ なんのごみ なんごみ どのごみ "
    "どんなごみ 何ごみですか 何ごみになる 何ごみになりますか 燃える 燃えない もえる もえない 燃やせる 燃やせない 片付けたい 片付ける 手放したい "
    "持ち込み 持ち込める リサイクル リサイクルできる 種類 区分 ごみ出し ごみに出す ごみに出せる ごみとして "
    "穴をあける 穴はあける 穴あけ 穴を開ける 穴は開ける 穴開け 穴あけは ラベルをはがす ラベルははがす ラベルを剥がす ラベルは剥がす ラベルはがし "
    "wheredoiput wheretoput wheredoesgo dispose disposal throw away throwaway discard recycle get rid out";

constexpr const char* kGarbage = "ごみ 塵 ごみ収集 ごみの収集 ごみ回収 ごみの回収 ごみの分別 ごみ分別 家庭ごみ garbage trash waste rubbish collection";

constexpr const char* kWhen =
    "いつ いつですか いつなの いつかな いつやろか いつね 何曜日 何曜 なんようび 何曜日ですか 何日 なんにち 何日ですか 収集日 収集日は "
    "回収日 しゅうしゅうび かいしゅうび 収集日程 収集曜日 日程 カレンダー 次 次回 次の つぎ つぎの 今度 今度の こんど こんどの 曜日 ようび "
    "の日 の日は 日は ごみの日 ごみの日は ごみ出しの日 ごみ出し日 ごみ収集日 ごみ出しカレンダー ごみカレンダー 収集カレンダー いつ出せる いつ出す いつ捨てる いつ来る "
    "when day next schedule";

constexpr const char* kPronoun = "それ これ あれ そい こい それら そっち そちら その この it";

void add_words(KeyTable& table, const char* words, WordKind kind) {
  std::string_view rest = words;
  while (!rest.empty()) {
    const std::size_t space = rest.find(' ');
    const std::string_view word = rest.substr(0, space);
    if (!word.empty()) table.add(name_key(word), {0, kind, KeyOrigin::kName});
    if (space == std::string_view::npos) return;
    rest.remove_prefix(space + 1);
  }
}

}  // namespace

void add_question_words(KeyTable& table) {
  add_words(table, kFurniture, WordKind::kFurniture);
  add_words(table, kState, WordKind::kFurniture);
  add_words(table, kDispose, WordKind::kDispose);
  add_words(table, kGarbage, WordKind::kGarbage);
  add_words(table, kWhen, WordKind::kWhen);
  add_words(table, kPronoun, WordKind::kPronoun);
}

bool is_civic(std::string_view folded) {
  static constexpr std::string_view kWords[]{
      "ごみ", "収集", "分別", "役所", "役場", "市役所", "住民票", "戸籍", "印鑑", "税", "届", "証明", "手続", "保育", "窓口",
      "申請", "避難", "防災", "図書館", "学校", "年金", "保険", "水道", "公民館", "施設", "市長", "予防接種", "健診", "検診",
      "まいなんばー", "課", "相談", "電話", "給付", "補助", "助成", "転入", "転出", "選挙", "広報", "介護", "子育て", "ぱすぽーと",
      "住宅", "手当", "投票", "登録", "児童", "料金", "garbage"};
  for (const std::string_view word : kWords) {
    if (folded.find(word) != std::string_view::npos) return true;
  }
  return false;
}

}  // namespace kairan::intents
