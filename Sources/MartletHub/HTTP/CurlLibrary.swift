import Glibc

/// The functions of libcurl, found at run time so that programs start without it.
///
/// Variadic functions are called through fixed signatures: on Linux both conventions pass one extra pointer or integer
/// in the same register.
// Sendable by promise: function pointers of a library that is never unloaded.
struct CurlLibrary: @unchecked Sendable {
    typealias Handle = UnsafeMutableRawPointer
    typealias Callback =
        @convention(c) (
            UnsafeMutablePointer<CChar>?, Int, Int, UnsafeMutableRawPointer?
        ) -> Int
    typealias ProgressCallback = @convention(c) (UnsafeMutableRawPointer?, Int64, Int64, Int64, Int64) -> Int32

    let easyInit: @convention(c) () -> Handle?
    let easyCleanup: @convention(c) (Handle) -> Void
    let easyReset: @convention(c) (Handle) -> Void
    let easyPerform: @convention(c) (Handle) -> Int32
    let setInteger: @convention(c) (Handle, Int32, Int) -> Int32
    let setPointer: @convention(c) (Handle, Int32, UnsafeRawPointer?) -> Int32
    let setCallback: @convention(c) (Handle, Int32, Callback) -> Int32
    let setProgress: @convention(c) (Handle, Int32, ProgressCallback) -> Int32
    let errorText: @convention(c) (Int32) -> UnsafePointer<CChar>?
    let listAppend: @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<CChar>) -> UnsafeMutableRawPointer?
    let listFree: @convention(c) (UnsafeMutableRawPointer?) -> Void

    /// **Source** curl.h `CURLOPT_*`.
    enum Option {
        static let writeData: Int32 = 10001
        static let url: Int32 = 10002
        static let errorBuffer: Int32 = 10010
        static let userAgent: Int32 = 10018
        static let httpHeader: Int32 = 10023
        static let headerData: Int32 = 10029
        static let progressData: Int32 = 10057
        static let noProxy: Int32 = 10177
        static let writeFunction: Int32 = 20011
        static let headerFunction: Int32 = 20079
        static let progressFunction: Int32 = 20219
        static let lowSpeedLimit: Int32 = 19
        static let lowSpeedTime: Int32 = 20
        static let noProgress: Int32 = 43
        static let noBody: Int32 = 44
        static let connectTimeout: Int32 = 78
        static let noSignal: Int32 = 99
        static let protocols: Int32 = 181
    }

    /// The library of this process, opened when first needed.
    static let shared: Result<CurlLibrary, HubError> = load(names: ["libcurl.so.4", "libcurl-gnutls.so.4"])

    /// Opens the first of `names` that is installed.
    static func load(names: [String]) -> Result<CurlLibrary, HubError> {
        for name in names {
            guard let library = dlopen(name, RTLD_NOW | RTLD_LOCAL) else { continue }
            if let functions = CurlLibrary(library) { return .success(functions) }
        }
        return .failure(
            .missingLibrary(
                "downloading needs libcurl (\(names.joined(separator: " or "))), which is not installed; install the package "
                    + "libcurl4 (Debian, Ubuntu) or libcurl (Fedora, Alpine), or give the path of a downloaded model"))
    }

    private init?(_ library: UnsafeMutableRawPointer) {
        guard let easyInit = dlsym(library, "curl_easy_init"), let easyCleanup = dlsym(library, "curl_easy_cleanup"),
            let easyReset = dlsym(library, "curl_easy_reset"), let easyPerform = dlsym(library, "curl_easy_perform"),
            let setOption = dlsym(library, "curl_easy_setopt"), let errorText = dlsym(library, "curl_easy_strerror"),
            let listAppend = dlsym(library, "curl_slist_append"), let listFree = dlsym(library, "curl_slist_free_all"),
            let globalInit = dlsym(library, "curl_global_init")
        else { return nil }
        let everything = 3
        typealias GlobalInit = @convention(c) (Int) -> Int32
        guard unsafeBitCast(globalInit, to: GlobalInit.self)(everything) == 0 else { return nil }
        self.easyInit = unsafeBitCast(easyInit, to: (@convention(c) () -> Handle?).self)
        self.easyCleanup = unsafeBitCast(easyCleanup, to: (@convention(c) (Handle) -> Void).self)
        self.easyReset = unsafeBitCast(easyReset, to: (@convention(c) (Handle) -> Void).self)
        self.easyPerform = unsafeBitCast(easyPerform, to: (@convention(c) (Handle) -> Int32).self)
        setInteger = unsafeBitCast(setOption, to: (@convention(c) (Handle, Int32, Int) -> Int32).self)
        setPointer = unsafeBitCast(setOption, to: (@convention(c) (Handle, Int32, UnsafeRawPointer?) -> Int32).self)
        setCallback = unsafeBitCast(setOption, to: (@convention(c) (Handle, Int32, Callback) -> Int32).self)
        setProgress = unsafeBitCast(setOption, to: (@convention(c) (Handle, Int32, ProgressCallback) -> Int32).self)
        self.errorText = unsafeBitCast(errorText, to: (@convention(c) (Int32) -> UnsafePointer<CChar>?).self)
        self.listAppend = unsafeBitCast(
            listAppend,
            to: (@convention(c) (UnsafeMutableRawPointer?, UnsafePointer<CChar>) -> UnsafeMutableRawPointer?).self)
        self.listFree = unsafeBitCast(listFree, to: (@convention(c) (UnsafeMutableRawPointer?) -> Void).self)
    }
}
