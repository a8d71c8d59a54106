import Foundation
import Generation
import Kernels
import TestSupport
import Testing
import WeightFiles

extension GenerationTests {
    /// What is kept in the cache folder from job to job.
    @Suite("Caches") struct CacheTests {
        let place: Workplace

        init() throws { place = try Workplace() }

        private func draft(
            _ name: String, _ recipe: Recipe = .small()
        ) async throws -> (latent: String, cached: [Stage]) {
            let run = try await JobRun(place.engine().draft(place.draft(recipe, name)))
            let cached = run.events.compactMap { if case .stageCached(let stage) = $0 { stage } else { nil } }
            return (try run.result.latentSHA256, cached)
        }

        private func files(_ folder: String) -> [URL] {
            place.names("cache/\(folder)").map { place.cache.appending(path: "\(folder)/\($0)") }
        }

        @Test("a repeated prompt is not encoded again") func text() async throws {
            let first = try await draft("first")
            #expect(first.cached.isEmpty)
            let second = try await draft("second")
            #expect(second.cached == [.text])
            #expect(second.latent == first.latent)
            let other = try await draft("other", Recipe.small().with { $0.negative = "blurry" })
            #expect(other.cached.isEmpty && other.latent != first.latent)
            #expect(files("text").count == 2)
        }

        @Test("an entry that is damaged or another's is written anew", arguments: ["short", "flipped", "other"])
        func damagedText(_ kind: String) async throws {
            let first = try await draft("first")
            let file = try #require(files("text").first)
            let whole = try Data(contentsOf: file)
            switch kind {
            case "short": try whole.prefix(whole.count - 9).write(to: file)
            case "flipped":
                var bytes = whole
                bytes[bytes.count - 5] ^= 0x10
                try bytes.write(to: file)
            default:
                _ = try await draft("balloon", .small("a green balloon"))
                let balloon = try #require(files("text").first { $0.lastPathComponent != file.lastPathComponent })
                try Data(contentsOf: balloon).write(to: file)
            }
            let again = try await draft("again")
            #expect(again.cached.isEmpty && again.latent == first.latent)
            #expect(try Data(contentsOf: file) == whole)
        }

        @Test("an engine that keeps its model says so") func load() async throws {
            let engine = place.engine()
            for (index, expected) in [[Stage](), [.load, .text]].enumerated() {
                let run = try await JobRun(engine.draft(place.draft(.small(), "\(index)")))
                #expect(
                    run.events.compactMap { if case .stageCached(let stage) = $0 { stage } else { nil } } == expected)
            }
        }

        @Test("quantised weights are made once, mapped afterwards, and change nothing") func packed() async throws {
            let recipe = Recipe.small(precision: .int8)
            let first = try await draft("first", recipe)
            let files = files("packed")
            #expect(files.map(\.pathExtension) == ["packed", "sha256"])
            let dates = try files.map { try $0.resourceValues(forKeys: [.contentModificationDateKey]) }
            #expect(try await draft("second", recipe).latent == first.latent)
            #expect(
                try files.map { try $0.resourceValues(forKeys: [.contentModificationDateKey]) }
                    .map(\.contentModificationDate) == dates.map(\.contentModificationDate))
            // Without a cache the weights are laid out in memory.
            let uncached = GenerationEngine(options: .init(threadCount: 2))
            let run = try await JobRun(uncached.draft(place.draft(recipe, "uncached")))
            #expect(try run.result.latentSHA256 == first.latent)
        }

        @Test("damaged and stale quantised weights are made anew", arguments: ["flipped", "short", "stale", "unnamed"])
        func damagedWeights(_ kind: String) async throws {
            let recipe = Recipe.small(precision: .int8)
            let first = try await draft("first", recipe)
            let file = try #require(files("packed").first)
            let whole = try Data(contentsOf: file)
            var bytes = whole
            switch kind {
            case "flipped": bytes[bytes.count - 1000] ^= 0x40
            case "short": bytes.removeLast(64)
            case "stale":
                let old = try SafetensorsFile(path: file.path)
                var metadata = old.metadata
                metadata["key"] = "an earlier layout"
                try SafetensorsWriter.write(
                    try old.names.map { .init($0, try old.raw($0)) }, metadata: metadata, to: file.path)
                bytes = try Data(contentsOf: file)
            default: try FileManager.default.removeItem(at: file.appendingPathExtension("sha256"))
            }
            try bytes.write(to: file)
            #expect(try await draft("again", recipe).latent == first.latent)
            #expect(try Data(contentsOf: file).count == whole.count)
            #expect(files("packed").count == 2)
        }

        @Test("quantised weights beside the model are found") func besideModel() async throws {
            let copy = try ModelCopy(in: place)
            let catalog = ModelCatalog(userFolder: place.url)
            let model = try catalog.find(copy.folder.path)
            let written = try catalog.quantize(model, to: nil, cacheFolder: place.cache, threadCount: 2)
            #expect(written.count == 2)
            #expect(written.allSatisfy { $0.deletingLastPathComponent().path == copy.folder.path })
            let recipe = Recipe.small(precision: .int8).with { $0.model = copy.folder.path }
            let with = try await draft("with", recipe)
            #expect(files("packed").isEmpty)
            for file in written { try FileManager.default.removeItem(at: file) }
            #expect(try await draft("without", recipe).latent == with.latent)
            #expect(files("packed").count == 2)
        }

        @Test("a cache that cannot be written costs only the cache") func noCache() async throws {
            try Data("not a folder".utf8).write(to: place.cache)
            let run = try await draft("draft", .small(precision: .int8))
            #expect(run.cached.isEmpty && !run.latent.isEmpty)
        }
    }
}
