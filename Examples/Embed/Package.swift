// swift-tools-version:6.3
import PackageDescription

let package = Package(
    name: "embed",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "martlet", path: "../..")],
    targets: [
        .executableTarget(name: "Embed", dependencies: [.product(name: "Martlet", package: "martlet")])
    ],
    swiftLanguageModes: [.v6]
)
