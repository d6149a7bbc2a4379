import { blobsConformance } from '../../../tests/conformance/blobs.ts';
import { MemoryBlobs } from './blobs.ts';

blobsConformance('memory', async () => ({ blobs: new MemoryBlobs(), close: async () => {} }));
