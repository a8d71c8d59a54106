import Kernels
import Testing

@Suite struct KernelLevelTests {
    @Test("Levels are supported from the plainest to the best")
    func supported() {
        #expect(KernelLevel.supported.first == .portable)
        #expect(KernelLevel.supported.contains(.best))
        #expect(KernelLevel.supported == KernelLevel.supported.sorted())
        #expect(KernelLevel.supported.allSatisfy { Kernels($0).level == $0 })
    }

    @Test("The peak measurement counts operations", arguments: KernelVariant.all)
    func peak(variant: KernelVariant) {
        let once = variant.kernels.peakOperations(variant.precision, iterations: 10)
        #expect(once > 0)
        #expect(variant.kernels.peakOperations(variant.precision, iterations: 20) == 2 * once)
    }
}
