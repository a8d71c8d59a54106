package import Models
package import Tensors

/// Trains a transformer by flow matching while pulling its features towards those of a teacher with another latent grid.
///
/// Source: the Turbo2K paper, section 3.1, in the form that the engine reference defines.
package struct DistillationObjective {
    private let configuration: VideoTransformerConfiguration
    private let studentBlock: Int
    private let studentGrid: TokenGrid
    private let teacherGrid: TokenGrid
    private let weight: Float

    /// - Parameters:
    ///   - configuration: of the student.
    ///   - studentBlock: the block whose output is compared.
    ///   - studentGrid: the grid of the student's tokens.
    ///   - teacherGrid: the grid of the teacher's features.
    ///   - weight: of the distillation in the total.
    package init(
        _ configuration: VideoTransformerConfiguration, studentBlock: Int, studentGrid: TokenGrid,
        teacherGrid: TokenGrid, weight: Float
    ) {
        precondition(
            (0..<configuration.layerCount).contains(studentBlock),
            "distillation: block \(studentBlock) of \(configuration.layerCount)")
        self.configuration = configuration
        self.studentBlock = studentBlock
        self.studentGrid = studentGrid
        self.teacherGrid = teacherGrid
        self.weight = weight
    }

    /// One forward pass serves both losses: `total = flow + weight · distillation`.
    ///
    /// - Parameters:
    ///   - parameters: the student's weights in LTX names without a prefix, and the projector's below `projector`.
    ///   - batch: what to learn from.
    ///   - teacher: the teacher's features at the same times, `[batch, teacherGrid.tokenCount, teacherWidth]`.
    /// - Throws: ``ModelError`` where a parameter is missing or has another shape.
    /// - Returns: the loss to differentiate.
    package func callAsFunction(
        _ parameters: ParameterSet, _ batch: FlowMatchingBatch, teacher: Tensor
    ) throws -> TrainingLoss {
        let model = try VideoTransformerGraph(configuration, weights: parameters.scope())
        let output = model(batch.input, capturing: [studentBlock])
        guard let features = output.streams[studentBlock] else {
            preconditionFailure("distillation: the transformer gave no stream of block \(studentBlock)")
        }
        let projected = try project(features, parameters, teacherWidth: teacher.shape[2])
        let flow = batch.loss(output.velocity)
        let distillation = Self.loss(projected, teacher: teacher)
        return TrainingLoss(
            total: flow + distillation * weight, parts: ["flow": flow, "distillation": distillation])
    }

    /// The student's features as they are compared with the teacher's, `[batch, teacherGrid.tokenCount, teacherWidth]`.
    ///
    /// - Throws: ``ModelError`` where a parameter of the projector is missing or has another shape.
    package func project(_ features: Tensor, _ parameters: ParameterSet, teacherWidth: Int) throws -> Tensor {
        let projector = try FeatureProjector(
            parameters.scope()["projector"], from: configuration.width, to: teacherWidth)
        return projector(features, from: studentGrid, to: teacherGrid)
    }

    /// Minus the mean cosine similarity of the tokens.
    package static func loss(_ projected: Tensor, teacher: Tensor) -> Tensor {
        -projected.cosineSimilarity(to: teacher.detached()).mean()
    }
}
