import Testing

@testable import MartletHub

@Suite struct HubNamesTests {
    @Test(
        "Names of models are read",
        arguments: [
            ("org/name", "org/name", nil),
            ("HuggingFaceTB/SmolLM2-135M-Instruct", "HuggingFaceTB/SmolLM2-135M-Instruct", nil),
            ("a/b.c_d:Q4_K_M", "a/b.c_d", "Q4_K_M"), ("a/b:x/y.gguf", "a/b", "x/y.gguf"),
        ] as [(String, String, String?)])
    func names(text: String, repository: String, file: String?) throws {
        let name = try HubModelName(text)
        #expect(name.repository == repository)
        #expect(name.file == file)
        #expect(name.description == text)
    }

    @Test(
        "Everything else is refused",
        arguments: [
            "", "name", "a/b/c", "/a/b", "a/", "/b", "../b", "a/..", "a/b--c", "a/.b", "a/b-", "a b/c", "é/b", "a/b:",
            "./b",
            "a/" + String(repeating: "x", count: 97),
        ])
    func noNames(text: String) {
        #expect(throws: HubError.self) { try HubModelName(text) }
    }

    @Test("The environment's variables are read as huggingface_hub reads them")
    func environment() {
        #expect(HubEnvironment(["HOME": "/h"]).cacheDirectory == "/h/.cache/huggingface/hub")
        #expect(HubEnvironment(["HOME": "/h", "XDG_CACHE_HOME": "/x"]).cacheDirectory == "/x/huggingface/hub")
        #expect(HubEnvironment(["HOME": "/h", "HF_HOME": "~/f"]).cacheDirectory == "/h/f/hub")
        #expect(HubEnvironment(["HF_HOME": "/f", "HF_HUB_CACHE": "/c"]).cacheDirectory == "/c")
        #expect(HubEnvironment(["HF_ENDPOINT": "https://mirror/"]).endpoint == "https://mirror")
        #expect(HubEnvironment([:]).endpoint == "https://huggingface.co")
        #expect(HubEnvironment(["HF_TOKEN": " hf_x\n"]).token == "hf_x")
        #expect(HubEnvironment(["HF_TOKEN": ""]).token == nil)
        #expect(HubEnvironment(["HF_HUB_OFFLINE": "yes"]).isOffline)
        #expect(!HubEnvironment(["HF_HUB_OFFLINE": "0"]).isOffline)
    }

    @Test("The token may stand in a file")
    func tokenFile() throws {
        let folder = TemporaryFolder()
        try FileSystem.write("hf_file\n", to: "\(folder.path)/token")
        #expect(HubEnvironment(["HF_HOME": folder.path]).token == "hf_file")
        #expect(HubEnvironment(["HF_HOME": folder.path, "HF_TOKEN": "hf_x"]).token == "hf_x")
        #expect(HubEnvironment(["HF_TOKEN_PATH": "\(folder.path)/token"]).token == "hf_file")
    }

    @Test(
        "Addresses resolve redirects",
        arguments: [
            ("https://b.c/d?e=f", "https://b.c/d?e=f"), ("//b.c/d", "https://b.c/d"), ("/d", "https://hub.co:1/d"),
            ("d", "https://hub.co:1/a/d"), ("HTTP://B.C", "http://b.c/"), ("ftp://b.c/d", nil), ("https://", nil),
            ("https://b.c/d\r\nX: y", nil),
        ] as [(String, String?)])
    func redirects(location: String, expected: String?) throws {
        let base = try #require(HubURL("https://hub.co:1/a/b?c=d/e"))
        #expect(base.resolving(location)?.description == expected)
    }

    @Test("Addresses are of one origin only with scheme, host and port alike")
    func origins() throws {
        let base = try #require(HubURL("https://hub.co/a"))
        #expect(base.isSameOrigin(try #require(HubURL("https://HUB.co/b"))))
        for other in ["http://hub.co/a", "https://hub.co:444/a", "https://hub.co.evil/a", "https://hub.co@evil/a"] {
            #expect(!base.isSameOrigin(try #require(HubURL(other))))
        }
    }

    @Test("File names are encoded for addresses")
    func encoding() { #expect(HubURL.encoded("a b/é%?.gguf", keeping: "/") == "a%20b/%C3%A9%25%3F.gguf") }
}

@Suite struct FileSelectionTests {
    private func files(_ name: String, _ all: String...) throws -> [String] {
        try FileSelection.files(of: HubModelName(name), among: all)
    }

    @Test("A repository's configuration, tokenizer and weights are taken, its other files are not")
    func wholeModel() throws {
        let files = try files(
            "a/b", "README.md", "config.json", "tokenizer.json", "model-00002-of-00002.safetensors", "onnx/model.onnx",
            "model-00001-of-00002.safetensors", "model.safetensors.index.json", "consolidated.safetensors",
            "pytorch_model.bin", "original/model.safetensors", "chat_template.jinja",
            "additional_chat_templates/tool_use.jinja", "additional_chat_templates/notes.txt", "onnx/config.json")
        #expect(
            files == [
                "config.json", "tokenizer.json", "model.safetensors.index.json", "chat_template.jinja",
                "additional_chat_templates/tool_use.jinja",
                "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors",
            ])
    }

    @Test("GGUF files are chosen by name, by tag, or because there is only one")
    func gguf() throws {
        let all = ["m-Q4_K_M.gguf", "m-Q8_0-00001-of-00002.gguf", "m-Q8_0-00002-of-00002.gguf", "m-Q4_K_S.gguf"]
        func choose(_ name: String) throws -> [String] { try FileSelection.files(of: HubModelName(name), among: all) }
        #expect(try choose("a/b:q4_k_m") == ["m-Q4_K_M.gguf"])
        #expect(try choose("a/b:Q8_0") == ["m-Q8_0-00001-of-00002.gguf", "m-Q8_0-00002-of-00002.gguf"])
        #expect(try choose("a/b:m-Q4_K_S.gguf") == ["m-Q4_K_S.gguf"])
        #expect(throws: HubError.self) { try choose("a/b:Q4_K") }
        #expect(throws: HubError.self) { try choose("a/b:m") }
        #expect(throws: HubError.self) { try choose("a/b") }
        #expect(try files("a/b", "x.gguf", "README.md") == ["x.gguf"])
    }

    @Test("ggml files are chosen by name, as ggml-TAG.bin, by a word, or because there is only one")
    func ggml() throws {
        let all = [
            "README.md", "ggml-base.bin", "ggml-base.en.bin", "ggml-base-q5_1.bin", "ggml-large-v3-turbo-q5_0.bin",
            "ggml-base-encoder.mlmodelc.zip", "pytorch_model.bin",
        ]
        func choose(_ name: String) throws -> [String] { try FileSelection.files(of: HubModelName(name), among: all) }
        #expect(try choose("a/b:base") == ["ggml-base.bin"])
        #expect(try choose("a/b:Base.EN") == ["ggml-base.en.bin"])
        #expect(try choose("a/b:ggml-base-q5_1.bin") == ["ggml-base-q5_1.bin"])
        #expect(try choose("a/b:turbo") == ["ggml-large-v3-turbo-q5_0.bin"])
        for name in ["a/b:large", "a/b:q5_0"] { #expect(try choose(name) == ["ggml-large-v3-turbo-q5_0.bin"]) }
        #expect { try choose("a/b:tiny") } throws: { "\($0)".contains("ggml-base.en.bin") }
        #expect { try choose("a/b:pytorch_model.bin") } throws: { "\($0)".contains("pickle files") }
        #expect { try choose("a/b") } throws: { "\($0)".contains("a/b:ggml-base-q5_1.bin") }
        #expect(try files("a/b", "ggml-model.bin", "pytorch_model.bin", "README.md") == ["ggml-model.bin"])
        #expect(try files("a/b", "ggml-x.bin", "config.json", "model.safetensors").last == "model.safetensors")
        #expect(try files("a/b", "ggml-x.bin", "x.gguf") == ["x.gguf"])
    }

    @Test("Mistral's own files are taken where there are no others, or where they are asked for")
    func mistral() throws {
        let own = ["params.json", "consolidated.safetensors", "tekken.json", "README.md", "generation_config.json"]
        let taken = ["params.json", "tekken.json", "generation_config.json", "consolidated.safetensors"]
        func choose(_ all: [String], _ form: HubModelForm = .auto) throws -> [String] {
            try FileSelection.files(of: HubModelName("a/b"), among: all, form: form)
        }
        #expect(try choose(own) == taken)
        let usual = ["config.json", "model.safetensors.index.json", "model-00001-of-00001.safetensors"]
        #expect(try choose(own + usual) == ["tekken.json", "generation_config.json"] + usual)
        #expect(
            try choose(own + usual, .mistral)
                == ["params.json", "tekken.json", "generation_config.json", "config.json", "consolidated.safetensors"])
        let shards = ["consolidated-00001-of-00002.safetensors", "consolidated-00002-of-00002.safetensors"]
        #expect(try choose(["params.json"] + shards) == ["params.json"] + shards)
        let index = "consolidated.safetensors.index.json"
        #expect(
            try choose(["params.json", "consolidated.safetensors", index] + shards)
                == ["params.json", index] + shards)
        #expect(throws: HubError.self) { try choose(usual, .mistral) }
        #expect(throws: HubError.self) { try choose(["consolidated.safetensors"]) }
    }

    @Test("The files of sentence-transformers modules are taken")
    func modules() throws {
        let taken = [
            "modules.json", "config_sentence_transformers.json", "sentence_bert_config.json", "1_Pooling/config.json",
            "2_Dense/config.json", "2_Dense/model.safetensors", "config.json", "tokenizer.json",
        ]
        let all =
            taken + [
                "model.safetensors", "2_Dense/pytorch_model.bin", "onnx/model.onnx", "openvino/config.json",
                "1_Pooling/sub/config.json", "x_Pooling/config.json",
            ]
        #expect(try FileSelection.files(of: HubModelName("a/b"), among: all) == taken + ["model.safetensors"])
    }

    @Test("A repository of pickle files is refused with a hint")
    func pickles() {
        #expect {
            try files("a/b", "config.json", "pytorch_model.bin")
        } throws: { "\($0)".contains("pickle files") }
    }
}
