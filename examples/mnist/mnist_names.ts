/** What MNIST consists of, wherever its files are. @module */

/** Digits 0 to 9. */
export const CLASSES = 10;

/** The original names of the files, without `.gz`: images and labels to train on, and to judge by. */
export const MNIST_FILES = {
  training: { images: "train-images-idx3-ubyte", labels: "train-labels-idx1-ubyte" },
  validation: { images: "t10k-images-idx3-ubyte", labels: "t10k-labels-idx1-ubyte" },
} as const;

/** One of the four files. */
export type MnistFile = {
  readonly [Set in keyof typeof MNIST_FILES]: (typeof MNIST_FILES)[Set][
    keyof (typeof MNIST_FILES)[Set]
  ];
}[keyof typeof MNIST_FILES];
