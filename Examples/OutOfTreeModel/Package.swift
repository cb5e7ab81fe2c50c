// swift-tools-version:6.3
import PackageDescription

let package = Package(
    name: "out-of-tree-model",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "martlet", path: "../..")],
    targets: [
        .executableTarget(
            name: "OutOfTreeModel",
            dependencies: [
                .product(name: "Martlet", package: "martlet"),
                .product(name: "MartletEngine", package: "martlet"),
                .product(name: "MartletModelConformance", package: "martlet"),
            ])
    ],
    swiftLanguageModes: [.v6]
)
