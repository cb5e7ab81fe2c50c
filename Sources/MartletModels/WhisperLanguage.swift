/// A language Whisper knows.
public struct WhisperLanguage: Hashable, Sendable {
    /// The code in the language's token, such as `en` or `haw`.
    public let code: String
    /// The English name in lower case.
    public let name: String

    /// All of them in the order of their tokens.
    ///
    /// **Source** openai-whisper `tokenizer.py` `LANGUAGES`.
    public static let all: [WhisperLanguage] = """
        en english,zh chinese,de german,es spanish,ru russian,ko korean,fr french,ja japanese,pt portuguese,tr turkish,\
        pl polish,ca catalan,nl dutch,ar arabic,sv swedish,it italian,id indonesian,hi hindi,fi finnish,vi vietnamese,\
        he hebrew,uk ukrainian,el greek,ms malay,cs czech,ro romanian,da danish,hu hungarian,ta tamil,no norwegian,\
        th thai,ur urdu,hr croatian,bg bulgarian,lt lithuanian,la latin,mi maori,ml malayalam,cy welsh,sk slovak,\
        te telugu,fa persian,lv latvian,bn bengali,sr serbian,az azerbaijani,sl slovenian,kn kannada,et estonian,\
        mk macedonian,br breton,eu basque,is icelandic,hy armenian,ne nepali,mn mongolian,bs bosnian,kk kazakh,\
        sq albanian,sw swahili,gl galician,mr marathi,pa punjabi,si sinhala,km khmer,sn shona,yo yoruba,so somali,\
        af afrikaans,oc occitan,ka georgian,be belarusian,tg tajik,sd sindhi,gu gujarati,am amharic,yi yiddish,lo lao,\
        uz uzbek,fo faroese,ht haitian creole,ps pashto,tk turkmen,nn nynorsk,mt maltese,sa sanskrit,\
        lb luxembourgish,my myanmar,bo tibetan,tl tagalog,mg malagasy,as assamese,tt tatar,haw hawaiian,ln lingala,\
        ha hausa,ba bashkir,jw javanese,su sundanese,yue cantonese
        """.split(separator: ",").map { entry in
            let parts = entry.split(separator: " ", maxSplits: 1)
            return WhisperLanguage(code: String(parts[0]), name: String(parts[1]))
        }

    /// Other names of languages.
    ///
    /// **Source** openai-whisper `tokenizer.py` `TO_LANGUAGE_CODE`.
    private static let aliases = [
        "burmese": "my", "valencian": "ca", "flemish": "nl", "haitian": "ht", "letzeburgesch": "lb", "pushto": "ps",
        "panjabi": "pa", "moldavian": "ro", "moldovan": "ro", "sinhalese": "si", "castilian": "es", "mandarin": "zh",
    ]

    /// The language called `name`: a code, an English name or another name of it, in any case; nil for none.
    public static func find(_ name: String) -> WhisperLanguage? {
        let name = name.lowercased()
        let code = aliases[name] ?? name
        return all.first { $0.code == code } ?? all.first { $0.name == code }
    }
}
