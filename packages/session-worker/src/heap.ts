/** The JavaScript heap of this process: what the objects of its sessions fill. Buffers lie outside of it. */
import { constants, type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks'
import { getHeapStatistics } from 'node:v8'

/** What a collection has left, in bytes. */
export interface HeapUse {
  readonly usedBytes: number
  /** V8 ends the process somewhat below it, as some of it is set aside for new objects. */
  readonly limitBytes: number
}

export interface Heap {
  /** Calls `collected` soon after each major collection, until the function that it returns is called. */
  onMajorCollection(collected: (left: HeapUse) => void): () => void
}

/** The heap as V8 tells of it. */
export const processHeap: Heap = {
  onMajorCollection(collected) {
    const observer = new PerformanceObserver((list) => {
      if (list.getEntries().some(isMajor)) collected(heapUse())
    })
    observer.observe({ entryTypes: ['gc'] })
    return () => observer.disconnect()
  }
}

/** An entry of type `gc`; the types of Node.js do not have it. */
interface CollectionEntry extends PerformanceEntry {
  readonly detail: { readonly kind: number }
}

function isMajor(entry: PerformanceEntry): boolean {
  return (entry as CollectionEntry).detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR
}

function heapUse(): HeapUse {
  const { used_heap_size: usedBytes, heap_size_limit: limitBytes } = getHeapStatistics()
  return { usedBytes, limitBytes }
}
