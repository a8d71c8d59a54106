"""The published 2-billion transformer in OpenVINO, with random weights and few blocks.

OpenVINO's converter takes the architecture as the diffusers package has it. int8 is weights and activations, quantised by
NNCF after training on one sample.
"""
import importlib.util

import torch

import torch_parts

AVAILABLE = all(importlib.util.find_spec(name) for name in ("openvino", "nncf", "diffusers"))


def synthetic_step(layers, latent, threads):
    """One evaluation for each precision, as functions without arguments."""
    import nncf
    import openvino
    model, inputs = _converted(layers, latent)
    feed = {port.any_name: value.numpy() for port, value in zip(model.inputs, inputs)}

    def compiled(model, hint):
        settings = {"INFERENCE_PRECISION_HINT": hint, "INFERENCE_NUM_THREADS": threads}
        request = openvino.Core().compile_model(model, "CPU", settings).create_infer_request()
        return lambda: request.infer(feed)

    parts = {"fp32": compiled(model, "f32")}
    if torch_parts.HAS_BF16:
        parts["bf16"] = compiled(model, "bf16")
    quantized = nncf.quantize(model, nncf.Dataset([feed]), subset_size=1, model_type=nncf.ModelType.TRANSFORMER)
    parts["int8"] = compiled(quantized, "bf16" if torch_parts.HAS_BF16 else "f32")
    return parts


def _converted(layers, latent):
    import openvino
    from diffusers import LTXVideoTransformer3DModel
    sizes = torch_parts.PUBLISHED_2B
    transformer = LTXVideoTransformer3DModel(
        in_channels=sizes["in_channels"], out_channels=sizes["out_channels"], num_layers=layers,
        num_attention_heads=sizes["num_attention_heads"], attention_head_dim=sizes["attention_head_dim"],
        cross_attention_dim=sizes["cross_attention_dim"], caption_channels=sizes["caption_channels"])
    frames, rows, columns = latent

    class Call(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.model = transformer.eval().requires_grad_(False)

        def forward(self, tokens, text, mask, time):
            return self.model(
                hidden_states=tokens, encoder_hidden_states=text, timestep=time, encoder_attention_mask=mask,
                num_frames=frames, height=rows, width=columns, rope_interpolation_scale=(8 / 24, 32, 32),
                return_dict=False)[0]

    count = frames * rows * columns
    inputs = (torch.randn(1, count, sizes["in_channels"]),
              torch.randn(1, torch_parts.PROMPT_TOKENS, sizes["caption_channels"]),
              torch.ones(1, torch_parts.PROMPT_TOKENS), torch.tensor([0.5]))
    model = openvino.convert_model(Call(), example_input=inputs, input=[list(value.shape) for value in inputs])
    return model, inputs
