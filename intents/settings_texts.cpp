#include "intents/settings_texts.h"

#include <algorithm>
#include <array>

#include "intents/reply.h"

namespace kairan::intents {
namespace {

struct Said {
  std::string_view name, ja, easy, en;
};

constexpr std::array kTexts{
    // --- buttons ---
    Said{"start", "はじめる", "はじめる", "Start"},
    Said{"later", "あとで", "あとで", "Later"},
    Said{"next", "次へ", "つぎへ", "Next"},
    Said{"skip", "選ばずに次へ", "えらばないで つぎへ", "Skip"},
    Said{"done", "これでよい", "これで いい", "Done"},
    Said{"back", "戻る", "もどる", "Back"},
    Said{"stop", "やめる", "やめる", "Stop"},
    Said{"change", "変更", "かえる", "Change"},
    Said{"remove", "消す", "けす", "Remove"},
    Said{"add_child", "お子さんを追加", "子（こ）どもを たす", "Add a child"},
    Said{"older", "もっと前の年", "もっと 前（まえ）", "Earlier years"},
    Said{"yes_first", "4月1日です", "はい、4月1日です", "Yes, 1 April"},
    Said{"no_first", "ほかの日です", "いいえ", "Another day"},
    Said{"all_again", "順に選び直す", "はじめから えらぶ", "Go through all"},
    Said{"erase", "登録を消す", "ぜんぶ けす", "Erase my data"},
    Said{"show_code", "窓口用のコード", "コードを 見（み）る", "Show my code"},
    Said{"enter_code", "コードを入力", "コードを 書（か）く", "Enter a code"},
    Said{"erase_choices", "選んだ設定だけ消す", "えらんだ ことだけ", "Only my choices"},
    Said{"erase_all", "すべて消す", "ぜんぶ けす", "Everything"},
    Said{"erase_no", "消さない", "けさない", "Keep it"},
    Said{"undo", "元に戻す", "もとに もどす", "Undo"},
    Said{"see_settings", "設定を見る", "せっていを 見（み）る", "See my settings"},
    Said{"resume", "設定を続ける", "せっていを つづける", "Continue settings"},

    // --- pages ---
    Said{"offer",
         "受信設定で選んだ地区やお知らせの種類は、あなたに合うお知らせを届けるためだけに市が保存します。名前や住所は聞かず、いつでも見て、変えて、消すことができます。\n1分ほどで終わります。はじめますか。",
         "えらんだ 地区（ちく）や お知（し）らせは、あなたに 合（あ）う お知（し）らせを 送（おく）るために 市（し）が 保存（ほぞん）します。名前（なまえ）や 住所（じゅうしょ）は 聞（き）きません。いつでも けせます。\nはじめますか。",
         "We keep your choices only to send you the notices you want. We never ask for your name or address, and you can see, change or erase everything here."},
    Said{"later_said", "わかりました。「設定」と送れば、いつでも始められます。緊急のお知らせは、設定しなくても届きます。",
         "わかりました。「設定（せってい）」と 書（か）くと はじめられます。大切（たいせつ）な お知（し）らせは、設定（せってい）しなくても 届（とど）きます。",
         "All right. Send \"settings\" whenever you like. Emergency notices reach you in any case."},
    Said{"card_title", "受信設定", "受信設定（じゅしんせってい）", "Your settings"},
    Said{"card_text", "変えたいところを押してください。", "かえたい ところを おしてください。", "Press what you want to change."},
    Said{"nothing", "選んでいません", "えらんで いません", "Not chosen"},
    Said{"all_done", "設定が終わりました。ありがとうございます。", "おわりました。ありがとう ございます。", "All set. Thank you."},
    Said{"chosen", "選んだもの：{values}", "えらんだもの：{values}", "Chosen: {values}"},
    Said{"chosen_none", "いまは何も選んでいません。", "いまは えらんで いません。", "Nothing is chosen now."},
    Said{"more_or_next", "ほかにもあれば選び、よければ［{next}］を押してください。",
         "ほかにも あれば えらんでください。なければ［{next}］を おしてください。", "Choose more, or press [{next}]."},
    Said{"registered", "登録ずみ", "登録（とうろく）した 子（こ）ども", "Registered"},
    Said{"which_year", "お子さんの生まれた年を選んでください。「令和4年5月」のように書いて送ることもできます。",
         "子（こ）どもが 生（う）まれた 年（とし）を えらんでください。「2022年5月」と 書（か）いても いいです。",
         "Which year was your child born? You can also write \"May 2022\"."},
    Said{"which_month", "{year}の何月生まれですか。", "{year}の 何月（なんがつ）に 生（う）まれましたか。", "Which month of {year}?"},
    Said{"which_day", "4月1日生まれですか。1日生まれのお子さんは、入学が1年早くなるためお聞きします。",
         "4月1日（がつついたち）に 生（う）まれましたか。4月1日の 子（こ）は、学校（がっこう）が 1年（ねん） 早（はや）くなります。",
         "Was your child born on 1 April? Children born on that day start school a year earlier."},
    Said{"child_added", "{month}生まれを登録しました。", "{month}を 登録（とうろく）しました。", "Added: {month}."},
    Said{"child_removed", "{month}生まれを消しました。", "{month}を けしました。", "Removed: {month}."},
    Said{"erase_ask",
         "何を消しますか。\n「すべて消す」を選ぶと、LINEの識別番号もふくめて市の記録から消えます。緊急のお知らせも届かなくなります。",
         "何（なに）を けしますか。「ぜんぶ けす」を えらぶと、大切（たいせつ）な お知（し）らせも 届（とど）きません。",
         "What shall we erase? \"Everything\" also erases your LINE identifier from our records: emergency notices will stop too."},
    Said{"cleared", "選んだ設定を消しました。緊急のお知らせと、全員あてのお知らせは届きます。",
         "けしました。大切（たいせつ）な お知（し）らせは 届（とど）きます。",
         "Your choices are erased. Emergency notices and notices to everyone still reach you."},
    Said{"erased", "あなたの登録をすべて消しました。またお使いになるときは、メッセージを送ってください。",
         "ぜんぶ けしました。また 使（つか）う ときは、メッセージを 書（か）いてください。",
         "Everything about you is erased. To use this service again, just write a message."},
    Said{"kept", "消しませんでした。", "けしませんでした。", "Nothing was erased."},
    Said{"left", "「{value}」のお知らせを止めました。ほかのお知らせは、これまでどおり届きます。",
         "「{value}」の お知（し）らせを とめました。ほかの お知（し）らせは 届（とど）きます。",
         "\"{value}\" notices are off. Everything else reaches you as before."},
    Said{"joined", "「{value}」のお知らせをお届けします。", "「{value}」の お知（し）らせを 届（とど）けます。", "\"{value}\" notices are on."},
    Said{"stopped", "設定はここまでです。選んだところまで登録しました。", "ここで 終（お）わります。えらんだ ところまで 登録（とうろく）しました。",
         "We stop here. What you chose so far is saved."},
    Said{"not_understood", "すみません、うまく読み取れませんでした。下のボタンから選んでください。",
         "わかりませんでした。ボタンを おしてください。", "Sorry, I could not read that. Please press a button."},
    Said{"month_not_understood", "すみません、読み取れませんでした。「令和4年5月」「2022年5月」のように書いてください。",
         "わかりませんでした。「2022年5月」のように 書（か）いてください。", "Sorry, I could not read that. Please write it like \"May 2022\"."},
    Said{"nothing_open", "いま続きの設定はありません。", "いま つづきは ありません。", "There is nothing to continue."},

    // --- refusals ---
    Said{"refused", "その選択肢は今はありません。お手数ですが、もう一度選んでください。", "それは いま えらべません。もういちど えらんでください。",
         "That choice is not available now. Please choose again."},
    Said{"no_such_month", "{month}という月はありません。1月から12月で教えてください。", "{month}は ありません。1月（がつ）から 12月（がつ）です。",
         "There is no such month. Please give one from January to December."},
    Said{"future_month", "{month}は、まだ先の年月です。生まれてから登録してください。",
         "{month}は、まだ 先（さき）です。生（う）まれてから 登録（とうろく）してください。", "{month} is still to come. Please register after the birth."},
    Said{"too_old", "{year}年より前の年月は登録できません。", "{year}年（ねん）より 前（まえ）は 登録（とうろく）できません。",
         "Months before {year} cannot be registered."},
    Said{"no_such_era", "その年号の年はありません。西暦（例「2022年5月」）でも書けます。", "その 年（とし）は ありません。「2022年5月」のように 書（か）いてください。",
         "That year does not exist. Please write it like \"May 2022\"."},
    Said{"too_many", "登録できるのは{count}件までです。", "登録（とうろく）できるのは {count}つまでです。", "You can register at most {count}."},
    Said{"unavailable", "ただいまご利用いただけません。しばらくしてから、もう一度お試しください。", "いま 使（つか）えません。あとで もういちど してください。",
         "This is not available right now. Please try again later."},

    // --- codes ---
    Said{"code_often", "コードは1時間に5回までお出しできます。しばらくしてから、もう一度お試しください。",
         "コードは 1時間（じかん）に 5回（かい）までです。あとで もういちど してください。", "You can ask for a code five times an hour. Please try again later."},
    Said{"your_code", "あなたのコードは {code} です。\n窓口や電話で登録を消したいときに、職員へお伝えください。{until}まで使えます。",
         "あなたの コードは {code} です。市（し）の 人（ひと）に 言（い）うと、あなたの 登録（とうろく）を けせます。{until}まで 使（つか）えます。",
         "Your code is {code}. Tell it to the city staff if you want them to erase your data. It works until {until}."},
    Said{"code_ask", "市からお渡ししたコードを送ってください。（例「K7QM-2XTP」）", "市（し）から もらった コードを 書（か）いてください。（例（れい）「K7QM-2XTP」）",
         "Please send the code that the city gave you, such as \"K7QM-2XTP\"."},
    Said{"code_good", "「{group}」として登録しました。", "「{group}」で 登録（とうろく）しました。", "You are registered as \"{group}\"."},
    Said{"code_wrong", "コードが違うようです。あと{left}回入力できます。", "コードが ちがいます。あと {left}回（かい） 書（か）けます。",
         "That code is not right. You can try {left} more time(s)."},
    Said{"code_locked", "入力の回数が上限になりました。時間をおいてから、もう一度お試しください。お困りのときは市役所へお電話ください。",
         "たくさん まちがえました。時間（じかん）を おいて、もういちど してください。", "Too many tries. Please wait a while and try again, or call the city office."},
};

}  // namespace

std::string settings_text(std::string_view name, std::string_view language, const TextValues& values) {
  const auto found = std::find_if(kTexts.begin(), kTexts.end(), [&](const Said& said) { return said.name == name; });
  if (found == kTexts.end()) return {};
  const std::string_view text = language == "ja" ? found->ja : language == "ja-easy" ? found->easy : found->en;
  return fill_in(std::string(text), values);
}

}  // namespace kairan::intents
