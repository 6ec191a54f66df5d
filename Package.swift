// swift-tools-version: 6.2
import PackageDescription

// libtorch: `$LIBTORCH`, else the link that `Tools/setup` makes at the root of the package.
let libtorch = Context.environment["LIBTORCH"] ?? "\(Context.packageDirectory)/.libtorch"

let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

/// Set where a warning of our own code shall fail the build, as `.ci/run` does.
let isStrict = Context.environment["MKE_STRICT"] != nil

/// Flags of every Swift target: imports of C modules stay inside the wrapping target.
let swift: [SwiftSetting] =
  [.enableUpcomingFeature("InternalImportsByDefault")]
  + (isStrict ? [.treatAllWarnings(as: .error)] : [])

/// Linking libtorch: torch_cpu carries everything but the CUDA kernels.
let torchLinking: [LinkerSetting] = [
  .unsafeFlags(["-L\(libtorch)/lib", "-Xlinker", "-rpath", "-Xlinker", "\(libtorch)/lib"]),
  .linkedLibrary("torch_cpu"), .linkedLibrary("c10"), .linkedLibrary("stdc++"),
]

func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: swift)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(
    name: "\(name)Tests", dependencies: dependencies + ["TestSupport"],
    exclude: [], resources: [.copy("Golden")], swiftSettings: swift)
}

let package = Package(
  name: "mke",
  products: [
    .executable(name: "mke", targets: ["mke"]),
    .executable(name: "mke-worker", targets: ["mke-worker"]),
    .library(name: "Shards", targets: ["Shards"]),
    .library(name: "Dataflow", targets: ["Dataflow"]),
    .library(name: "Layers", targets: ["Layers"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    // C and C++ faces.
    .systemLibrary(
      name: "CHDF5", pkgConfig: "hdf5-serial", providers: [.apt(["libhdf5-dev"])]),
    .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
    .systemLibrary(name: "CLanes"),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(
      name: "CFFmpeg",
      providers: [
        .apt([
          "libavformat-dev", "libavcodec-dev", "libavutil-dev", "libswresample-dev",
          "libswscale-dev",
        ])
      ]),
    .target(
      name: "CTorch",
      cxxSettings: [
        .unsafeFlags([
          "-isystem", "\(libtorch)/include", "-isystem",
          "\(libtorch)/include/torch/csrc/api/include", "-Wall", "-O2",
        ])
      ],
      linkerSettings: torchLinking),

    // Without libtorch: what `mke` links.
    library("Diagnostics"),
    library("Arrays"),
    library("Configuration", ["Diagnostics"]),
    library("Recipes", ["Configuration"]),
    library("HDF5Files", ["Diagnostics", "Arrays", "CHDF5", "CZstd"]),
    library("Readers", ["Diagnostics", "Arrays", "Configuration", "HDF5Files", "CZlib"]),
    library("Metrics"),
    library("Alignment", ["Diagnostics", "Arrays"]),
    library("Shards", ["Diagnostics", "Arrays", "Configuration", "HDF5Files", crypto]),
    library("Dataflow", ["Diagnostics", "Configuration", crypto]),
    library("PipelineFile", ["Diagnostics", "Configuration", "Dataflow", yams]),
    library("Stages", ["Diagnostics", "Configuration", "Recipes", "Dataflow", "Readers"]),
    library(
      "Inspection",
      ["Diagnostics", "Arrays", "Alignment", "Configuration", "Shards", "Dataflow", "Metrics"]),
    .executableTarget(
      name: "mke",
      dependencies: [
        "Diagnostics", "Configuration", "Dataflow", "PipelineFile", "Stages", "Shards",
        "Inspection", arguments,
      ],
      swiftSettings: swift),

    // What `mke-worker` alone links: FFmpeg and libtorch.
    library("Media", ["Diagnostics", "Arrays", "CFFmpeg"]),
    library("Signals", ["Diagnostics", "Arrays", "CLanes"]),
    library("Tensors", ["CTorch"]),
    library("Layers", ["Tensors"]),
    library("Networks", ["Layers", "Tensors", "Recipes", "Configuration"]),
    library("Training", ["Networks", "Layers", "Tensors", "Recipes", "Configuration"]),
    library(
      "Work",
      [
        "Diagnostics", "Arrays", "Alignment", "Configuration", "Recipes", "Readers", "Media",
        "Signals", "Metrics", "Shards", "Dataflow", "Stages", "Tensors", "Layers", "Networks",
        "Training", crypto,
      ]),
    .executableTarget(
      name: "mke-worker", dependencies: ["Diagnostics", "Dataflow", "Tensors", "Work"],
      swiftSettings: swift),

    // Benchmarks; Tools/bench holds their peers and runners.
    .executableTarget(
      name: "bench-shards", dependencies: ["Shards", "Arrays", "CZstd"], path: "Tools/bench/shards",
      exclude: ["peer.py", "run"], swiftSettings: swift),
    .executableTarget(
      name: "bench-features", dependencies: ["Signals", "Arrays", "Media"],
      path: "Tools/bench/features", exclude: ["peer.py", "run"], swiftSettings: swift),
    .executableTarget(
      name: "bench-media", dependencies: ["Media", "Arrays"], path: "Tools/bench/media",
      exclude: ["peer.py", "run"], swiftSettings: swift),
    .executableTarget(
      name: "bench-student", dependencies: ["Training", "Tensors", "Recipes"],
      path: "Tools/bench/study/student", swiftSettings: swift),

    // Tests.
    library("TestSupport"),
    tests("Configuration", ["Configuration", "Diagnostics"]),
    tests("Dataflow", ["Dataflow", "Configuration", "Diagnostics"]),
    tests("PipelineFile", ["PipelineFile", "Stages", "Dataflow", "Configuration", "Diagnostics"]),
    tests("Stages", ["Stages", "Readers", "Dataflow", "Recipes", "Configuration", "Diagnostics"]),
    tests("HDF5Files", ["HDF5Files", "Arrays", "Diagnostics"]),
    tests("Shards", ["Shards", "HDF5Files", "Arrays", "Configuration", "Diagnostics"]),
    tests("Arrays", ["Arrays"]),
    tests("Readers", ["Readers", "Arrays", "Configuration", "Diagnostics"]),
    tests("Media", ["Media", "Arrays", "Diagnostics"]),
    tests("Signals", ["Signals", "Arrays", "Diagnostics"]),
    tests("Metrics", ["Metrics"]),
    tests("Alignment", ["Alignment", "Arrays", "Diagnostics"]),
    tests("Tensors", ["Tensors"]),
    tests("Layers", ["Layers", "Tensors"]),
    tests("Training", ["Training", "Networks", "Layers", "Tensors", "Recipes"]),
    tests(
      "Work",
      [
        "Work", "Alignment", "Arrays", "PipelineFile", "Stages", "Shards", "Metrics", "Dataflow",
        "Configuration",
        "Diagnostics",
      ]),
    tests(
      "Command",
      [
        "mke", "mke-worker", "Alignment", "Arrays", "Shards", "Dataflow", "Inspection",
        "Diagnostics", "Configuration",
        "Metrics", "PipelineFile", "Stages",
      ]),
  ],
  swiftLanguageModes: [.v6],
  cxxLanguageStandard: .cxx20
)
