"""What is published about the bundled architectures: figures as their sources print them, with as many digits.

"torchvision" means the metadata of the pretrained weights (`num_params`, and GFLOPs, which count a multiply-accumulate
once) and, for sizes, the shapes that its modules give; "table 1" and the like are tables of the paper that the
architecture file names.
"""

from dataclasses import dataclass, field

Shape = list[int]


@dataclass(frozen=True, kw_only=True)
class Published:
    """The figures of one network.

    params, macs: totals; M and G stand for a million and a billion.
    shapes: outputs by layer. layer_params: parameters by layer, or by structure for all layers in it.
    """

    params: str
    macs: str | None = None
    shapes: dict[str, Shape]
    layer_params: dict[str, int] = field(default_factory=dict)


NETWORKS = {
    # Our own examples: the figures of the exercises they come from; parameters and MACs by hand.
    "mini_cnn": Published(
        params="19,466",  # 9·32 + 32, 9·32·64 + 64, 64·10 + 10
        macs="3,839,104",  # 28²·9·32 + 14²·9·32·64 + 64·10
        shapes={
            "conv1": [32, 28, 28],
            "max_pool1": [32, 14, 14],
            "conv2": [64, 14, 14],
            "max_pool2": [64, 7, 7],
            "gap1": [64, 1, 1],
            "linear1": [10],
        },
        layer_params={"conv1": 320, "conv2": 18_496, "linear1": 650},
    ),
    "small_cnn": Published(
        params="23,584",  # 27·16 + 16, 144·32 + 32, 288·64 + 64
        macs="1,462,464",  # 30²·27·16 + 13²·144·32 + 4²·288·64
        shapes={
            "conv1": [16, 30, 30],
            "pool1": [16, 15, 15],
            "conv2": [32, 13, 13],
            "pool2": [32, 6, 6],
            "conv3": [64, 4, 4],
        },
    ),
    "pool_pyramid": Published(
        params="0",
        macs="0",
        shapes={
            "max_pool1": [3, 112, 112],
            "max_pool2": [3, 56, 56],
            "max_pool3": [3, 28, 28],
            "max_pool4": [3, 14, 14],
            "max_pool5": [3, 7, 7],
            "global_avg_pool1": [3, 1, 1],
        },
    ),
    # Classifiers.
    "lenet5": Published(
        params="61,706",  # the figure of every modern implementation; section II.B gives C1, C5 and F6 separately
        macs="416,520",  # C1 has 122,304 connections in section II.B, 4,704 of them biases: 117,600 here
        shapes={
            "c1": [6, 28, 28],
            "s2": [6, 14, 14],
            "c3": [16, 10, 10],
            "s4": [16, 5, 5],
            "c5": [120, 1, 1],
            "f6": [84],
            "output": [10],
        },
        layer_params={"c1": 156, "c5": 48_120, "f6": 10_164},
    ),
    "alexnet": Published(  # torchvision
        params="61,100,840",
        macs="0.714G",
        shapes={
            "conv1": [64, 55, 55],
            "max_pool1": [64, 27, 27],
            "conv2": [192, 27, 27],
            "max_pool2": [192, 13, 13],
            "conv3": [384, 13, 13],
            "conv5": [256, 13, 13],
            "max_pool3": [256, 6, 6],
            "linear3": [1000],
        },
    ),
    "vgg11": Published(  # torchvision; shapes: section 2.1
        params="132,863,336",
        macs="7.609G",
        shapes={
            "block1.pool": [64, 112, 112],
            "block2.pool": [128, 56, 56],
            "block3.pool": [256, 28, 28],
            "block4.pool": [512, 14, 14],
            "block5.pool": [512, 7, 7],
            "fc3": [1000],
        },
    ),
    "vgg16": Published(  # torchvision; layers: the summary of Keras's VGG16
        params="138,357,544",
        macs="15,470,264,320",
        shapes={
            "block1.conv2": [64, 224, 224],
            "block1.pool": [64, 112, 112],
            "block2.pool": [128, 56, 56],
            "block3.pool": [256, 28, 28],
            "block4.pool": [512, 14, 14],
            "block5.pool": [512, 7, 7],
            "fc1": [4096],
            "fc3": [1000],
        },
        layer_params={
            "block1.conv1": 1_792,
            "block1.conv2": 36_928,
            "block2.conv1": 73_856,
            "block2.conv2": 147_584,
            "block3.conv1": 295_168,
            "block3.conv2": 590_080,
            "block3.conv3": 590_080,
            "block4.conv1": 1_180_160,
            "block4.conv2": 2_359_808,
            "block4.conv3": 2_359_808,
            "block5": 3 * 2_359_808,
            "fc1": 102_764_544,
            "fc2": 16_781_312,
            "fc3": 4_097_000,
        },
    ),
    "vgg19": Published(  # torchvision; shapes: section 2.1
        params="143,667,240",
        macs="19.632G",
        shapes={
            "block1.pool": [64, 112, 112],
            "block2.pool": [128, 56, 56],
            "block3.conv4": [256, 56, 56],
            "block4.conv4": [512, 28, 28],
            "block5.conv4": [512, 14, 14],
            "block5.pool": [512, 7, 7],
        },
    ),
    "nin": Published(  # the model zoo gives 29 MB of 32-bit weights; shapes: Caffe
        params="7,595,176",
        shapes={
            "conv1": [96, 54, 54],
            "pool1": [96, 27, 27],
            "conv2": [256, 27, 27],
            "pool2": [256, 13, 13],
            "pool3": [384, 6, 6],
            "cccp8": [1000, 6, 6],
            "pool4": [1000, 1, 1],
        },
    ),
    "googlenet": Published(  # torchvision; shapes: table 1
        params="6,624,904",
        macs="1.498G",
        shapes={
            "conv1": [64, 112, 112],
            "maxpool1": [64, 56, 56],
            "conv3": [192, 56, 56],
            "maxpool2": [192, 28, 28],
            "inception3a.concat": [256, 28, 28],
            "inception3b.concat": [480, 28, 28],
            "maxpool3": [480, 14, 14],
            "inception4a.concat": [512, 14, 14],
            "inception4b.concat": [512, 14, 14],
            "inception4c.concat": [512, 14, 14],
            "inception4d.concat": [528, 14, 14],
            "inception4e.concat": [832, 14, 14],
            "maxpool4": [832, 7, 7],
            "inception5a.concat": [832, 7, 7],
            "inception5b.concat": [1024, 7, 7],
            "avgpool": [1024, 1, 1],
        },
    ),
    "inception_v3": Published(  # torchvision: 27,161,264 less the 3,326,696 of AuxLogits; shapes: table 1
        params="23,834,568",
        macs="5.713G",
        shapes={
            "Conv2d_1a_3x3": [32, 149, 149],
            "Conv2d_2a_3x3": [32, 147, 147],
            "Conv2d_2b_3x3": [64, 147, 147],
            "maxpool1": [64, 73, 73],
            "Conv2d_4a_3x3": [192, 71, 71],
            "Mixed_5b.concat": [256, 35, 35],
            "Mixed_5d.concat": [288, 35, 35],
            "Mixed_6a.concat": [768, 17, 17],
            "Mixed_6e.concat": [768, 17, 17],
            "Mixed_7a.concat": [1280, 8, 8],
            "Mixed_7c.concat": [2048, 8, 8],
        },
    ),
    "resnet18": Published(  # torchvision; shapes: table 1
        params="11,689,512",
        macs="1.814G",
        shapes={
            "conv1": [64, 112, 112],
            "maxpool": [64, 56, 56],
            "layer1.1.conv2": [64, 56, 56],
            "layer2.1.conv2": [128, 28, 28],
            "layer3.1.conv2": [256, 14, 14],
            "layer4.1.conv2": [512, 7, 7],
            "avgpool": [512, 1, 1],
            "fc": [1000],
        },
    ),
    "resnet34": Published(  # torchvision; shapes: table 1
        params="21,797,672",
        macs="3.664G",
        shapes={
            "layer1.2.conv2": [64, 56, 56],
            "layer2.3.conv2": [128, 28, 28],
            "layer3.5.conv2": [256, 14, 14],
            "layer4.2.conv2": [512, 7, 7],
        },
    ),
    "resnet50": Published(  # torchvision; shapes: table 1
        params="25,557,032",
        macs="4,089,184,256",
        shapes={
            "conv1": [64, 112, 112],
            "maxpool": [64, 56, 56],
            "layer1.2.conv3": [256, 56, 56],
            "layer2.0.conv1": [128, 56, 56],  # the stride is on conv2
            "layer2.0.conv2": [128, 28, 28],
            "layer2.3.conv3": [512, 28, 28],
            "layer3.5.conv3": [1024, 14, 14],
            "layer4.2.conv3": [2048, 7, 7],
            "avgpool": [2048, 1, 1],
        },
    ),
    "resnet101": Published(  # torchvision; shapes: table 1
        params="44,549,160",
        macs="7.801G",
        shapes={
            "layer1.2.conv3": [256, 56, 56],
            "layer2.3.conv3": [512, 28, 28],
            "layer3.22.conv3": [1024, 14, 14],
            "layer4.2.conv3": [2048, 7, 7],
        },
    ),
    "resnext50_32x4d": Published(  # torchvision; shapes: table 1
        params="25,028,904",
        macs="4.23G",
        shapes={
            "layer1.0.conv2": [128, 56, 56],
            "layer1.2.conv3": [256, 56, 56],
            "layer2.3.conv3": [512, 28, 28],
            "layer3.5.conv3": [1024, 14, 14],
            "layer4.2.conv2": [1024, 7, 7],
            "layer4.2.conv3": [2048, 7, 7],
        },
    ),
    "densenet121": Published(  # torchvision; shapes: table 1
        params="7,978,856",
        macs="2.834G",
        shapes={
            "conv0": [64, 112, 112],
            "pool0": [64, 56, 56],
            "denseblock1.5.concat1": [256, 56, 56],
            "transition1.conv": [128, 56, 56],
            "transition1.pool": [128, 28, 28],
            "denseblock2.11.concat1": [512, 28, 28],
            "transition2.pool": [256, 14, 14],
            "denseblock3.23.concat1": [1024, 14, 14],
            "transition3.pool": [512, 7, 7],
            "denseblock4.15.concat1": [1024, 7, 7],
        },
    ),
    "squeezenet1_1": Published(  # torchvision; layers: table 1, whose fire3 … fire9 are those of version 1.1 as well
        params="1,235,496",
        macs="0.349G",
        shapes={
            "conv1": [64, 111, 111],
            "pool1": [64, 55, 55],
            "fire3.concat1": [128, 55, 55],
            "pool3": [128, 27, 27],
            "fire5.concat1": [256, 27, 27],
            "pool5": [256, 13, 13],
            "fire7.concat1": [384, 13, 13],
            "fire9.concat1": [512, 13, 13],
            "conv10": [1000, 13, 13],
        },
        layer_params={
            "fire3": 12_432,
            "fire4": 45_344,
            "fire5": 49_440,
            "fire6": 104_880,
            "fire7": 111_024,
            "fire8": 188_992,
            "fire9": 197_184,
            "conv10": 513_000,
        },
    ),
    "mobilenet_v1": Published(  # Keras's summary ("trainable"); MACs: table 8; shapes: table 1
        params="4,231,976",
        macs="569M",
        shapes={
            "stem.conv1": [32, 112, 112],
            "conv1": [64, 112, 112],
            "depthwise_conv2": [64, 56, 56],
            "conv3": [128, 56, 56],
            "conv5": [256, 28, 28],
            "conv11": [512, 14, 14],
            "depthwise_conv12": [512, 7, 7],
            "conv13": [1024, 7, 7],
        },
        layer_params={"depthwise_conv1": 288, "conv1": 2_048, "conv13": 1_048_576},
    ),
    "mobilenet_v2": Published(  # torchvision; shapes: table 2
        params="3,504,872",
        macs="0.301G",
        shapes={
            "stem": [32, 112, 112],
            "bottleneck1.project": [16, 112, 112],
            "bottleneck2.1.project": [24, 56, 56],
            "bottleneck3.2.project": [32, 28, 28],
            "bottleneck4.3.project": [64, 14, 14],
            "bottleneck5.2.project": [96, 14, 14],
            "bottleneck6.2.project": [160, 7, 7],
            "bottleneck7.project": [320, 7, 7],
            "last": [1280, 7, 7],
        },
    ),
    "shufflenet_v2_x1_0": Published(  # torchvision; shapes: table 5
        params="2,278,604",
        macs="0.145G",
        shapes={
            "conv1": [24, 112, 112],
            "maxpool": [24, 56, 56],
            "stage2.3.channel_shuffle1": [116, 28, 28],
            "stage3.7.channel_shuffle1": [232, 14, 14],
            "stage4.3.channel_shuffle1": [464, 7, 7],
            "conv5": [1024, 7, 7],
        },
    ),
    "efficientnet_b0": Published(  # torchvision; shapes: table 1
        params="5,288,548",
        macs="0.386G",
        shapes={
            "stem": [32, 112, 112],
            "stage1.project": [16, 112, 112],
            "stage2.1.project": [24, 56, 56],
            "stage3.1.project": [40, 28, 28],
            "stage4.2.project": [80, 14, 14],
            "stage5.2.project": [112, 14, 14],
            "stage6.3.project": [192, 7, 7],
            "stage7.project": [320, 7, 7],
            "last": [1280, 7, 7],
        },
    ),
    # Segmentation, detection, generation.
    "unet": Published(  # the count of every unpadded implementation with 2 classes; shapes: figure 1
        params="31,030,658",
        shapes={
            "down1.conv1": [64, 570, 570],
            "down1.conv2": [64, 568, 568],
            "pool1": [64, 284, 284],
            "down2.conv2": [128, 280, 280],
            "down3.conv2": [256, 136, 136],
            "down4.conv2": [512, 64, 64],
            "pool4": [512, 32, 32],
            "bottom.conv2": [1024, 28, 28],
            "concat1": [1024, 56, 56],
            "up4.conv2": [512, 52, 52],
            "concat2": [512, 104, 104],
            "up3.conv2": [256, 100, 100],
            "concat3": [256, 200, 200],
            "up2.conv2": [128, 196, 196],
            "concat4": [128, 392, 392],
            "up1.conv2": [64, 388, 388],
            "classes": [2, 388, 388],
        },
    ),
    # torchvision's Faster R-CNN has 41,755,286 parameters: 593,935 propose regions, 14,362,055 are in the heads, the
    # rest is here. The 53,120 of the backbone's batch norms are frozen there and not counted.
    "fpn_resnet50": Published(
        params="26,852,416",
        shapes={
            "p2": [256, 200, 336],
            "p3": [256, 100, 168],
            "p4": [256, 50, 84],
            "p5": [256, 25, 42],
            "p6": [256, 13, 21],
        },
        layer_params={"layer1": 215_808, "inner5": 524_544, "p2": 590_080},
    ),
    "dcgan_generator": Published(  # summaries of PyTorch's example; shapes: its comments
        params="3,576,704",
        shapes={
            "conv_transpose1": [512, 4, 4],
            "conv_transpose2": [256, 8, 8],
            "conv_transpose3": [128, 16, 16],
            "conv_transpose4": [64, 32, 32],
            "conv_transpose5": [3, 64, 64],
        },
        layer_params={"conv_transpose5": 3_072},
    ),
    # Sequences and video.
    "tcn": Published(  # table 1 says ≈ 70K; the authors' module has 400 more, the scales of its weight normalization
        params="66,510",
        shapes={"level0.add": [25, 784], "level7.add": [25, 784], "crop1": [25, 1], "linear1": [10]},
    ),
    "c3d": Published(  # MMAction2 prints 78,409,573 for 101 classes: 386 · 4,097 less; shapes: sections 3.1 and 3.3
        params="79,991,015",
        shapes={
            "conv1a": [64, 16, 112, 112],
            "pool1": [64, 16, 56, 56],
            "pool2": [128, 8, 28, 28],
            "pool3": [256, 4, 14, 14],
            "conv5b": [512, 2, 7, 7],
            "pool5": [512, 1, 4, 4],
            "fc6": [4096],
            "fc8": [487],
        },
    ),
    "r3d_18": Published(  # torchvision; shapes: table 1
        params="33,371,472",
        macs="40.697G",
        shapes={
            "stem": [64, 16, 56, 56],
            "layer1.1.conv2": [64, 16, 56, 56],
            "layer2.1.conv2": [128, 8, 28, 28],
            "layer3.1.conv2": [256, 4, 14, 14],
            "layer4.1.conv2": [512, 2, 7, 7],
            "avgpool": [512, 1, 1, 1],
        },
    ),
}

# Receptive fields: size, jump and effective padding, the same on every axis; None where none is published. The closed
# form and most figures are those of Araujo, Norris & Sim, "Computing Receptive Fields of Convolutional Neural
# Networks", Distill 2019, and of its library (google-research/receptive_field). Their AlexNet has no padding in its
# first layer, hence 2 less, and their ResNet-50 strides on the 1×1 convolutions: 483 pixels instead of 427.
FIELDS: list[tuple[str, str, int, int | None, int | None]] = [
    ("small_cnn", "conv1", 3, 1, 0),  # the textbook exercise
    ("small_cnn", "pool1", 4, 2, 0),
    ("small_cnn", "conv2", 8, 2, 0),
    ("small_cnn", "pool2", 10, 4, 0),
    ("small_cnn", "conv3", 18, 4, 0),
    ("alexnet", "max_pool3", 195, 32, 66),
    ("vgg11", "block5.pool", 150, 32, 59),
    ("vgg16", "block1.pool", 6, 2, 2),
    ("vgg16", "block2.pool", 16, 4, 6),
    ("vgg16", "block3.pool", 44, 8, 18),
    ("vgg16", "block4.pool", 100, 16, 42),
    ("vgg16", "block5.pool", 212, 32, 90),
    ("vgg19", "block5.pool", 268, 32, 118),
    ("resnet18", "layer1.1.add1", 43, 4, None),
    ("resnet18", "layer2.1.add1", 99, 8, None),
    ("resnet18", "layer3.1.add1", 211, 16, None),
    ("resnet18", "layer4.1.add1", 435, 32, 217),
    ("resnet50", "layer1.2.add1", 35, 4, None),
    ("resnet50", "layer2.3.add1", 91, 8, None),
    ("resnet50", "layer3.5.add1", 267, 16, None),
    ("resnet50", "layer4.2.add1", 427, 32, 213),
    ("resnet50", "avgpool", 619, None, 213),  # 427 and 6 more steps of 32
    ("mobilenet_v1", "conv13", 315, 32, 126),
    ("inception_v3", "Mixed_7c.concat", 1311, 32, 618),
    ("tcn", "level7.add", 3061, 1, 3060),  # eight levels of 2·6·2ⁱ pixels, all of them in the past
]
